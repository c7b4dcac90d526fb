package qiantang.standalone;

import picocli.CommandLine.Option;
import qiantang.query.limit.Limits;

/** How much of the HTTP API one token may use; each number is of a node, within a minute. */
final class LimitOptions {
  private static final int MEBIBYTE = 1 << 20;
  private static final int SECOND_MILLIS = 1000;

  @Option(
      names = "--limits",
      paramLabel = "on|off",
      description =
          "off lifts the limits of tokens and addresses, for load tests. Default: ${DEFAULT-VALUE}")
  private Switch limits = Switch.on;

  @Option(
      names = "--limit-requests",
      paramLabel = "N",
      converter = Words.Rate.class,
      description = "Requests of a token a minute, from 1 on. Default: ${DEFAULT-VALUE}")
  private int requests = (int) Limits.USUAL.requests();

  @Option(
      names = "--limit-points",
      paramLabel = "N",
      converter = Words.Points.class,
      description =
          "Values of samples that a token is told a minute, from "
              + Limits.POINTS_LEAST
              + " on: one answer may have so many. Default: ${DEFAULT-VALUE}")
  private int points = (int) Limits.USUAL.points();

  @Option(
      names = "--limit-mebibytes",
      paramLabel = "N",
      converter = Words.Rate.class,
      description = "MiB of answers of a token a minute, from 1 on. Default: ${DEFAULT-VALUE}")
  private int mebibytes = (int) (Limits.USUAL.bytes() / MEBIBYTE);

  @Option(
      names = "--limit-work",
      paramLabel = "SECONDS",
      converter = Words.Rate.class,
      description =
          "Seconds that heavy reads of a token take a minute, all of them together, from 1 on."
              + " Default: ${DEFAULT-VALUE}")
  private int workSeconds = (int) (Limits.USUAL.workMillis() / SECOND_MILLIS);

  @Option(
      names = "--limit-at-once",
      paramLabel = "N",
      converter = Words.Rate.class,
      description =
          "Requests of a token that are under way at once, from 1 on. Default: ${DEFAULT-VALUE}")
  private int atOnce = Limits.USUAL.atOnce();

  @Option(
      names = "--limit-shares",
      paramLabel = "N",
      converter = Words.Rate.class,
      description =
          "How many tokens' worth all of an enterprise together may use, from 1 on. Default:"
              + " ${DEFAULT-VALUE}")
  private int shares = Limits.USUAL.shares();

  @Option(
      names = "--limit-attempts",
      paramLabel = "N",
      converter = Words.Rate.class,
      description =
          "Tokens and links that open nothing, tried from one address a minute, from 1 on."
              + " Default: ${DEFAULT-VALUE}")
  private int attempts = (int) Limits.USUAL.attempts();

  Limits limits() {
    return limits == Switch.off
        ? Limits.OFF
        : new Limits(
            requests,
            points,
            (long) mebibytes * MEBIBYTE,
            (long) workSeconds * SECOND_MILLIS,
            atOnce,
            shares,
            attempts);
  }
}
