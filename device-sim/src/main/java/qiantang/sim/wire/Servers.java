package qiantang.sim.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.FileCause;
import qiantang.sim.outcome.Outcome;

/**
 * Where the publishers of a run connect to, some over TLS and some not.
 *
 * @param plain null where none connects without TLS
 * @param secured null where none connects over TLS
 */
public record Servers(@Nullable Addresses plain, @Nullable Secured secured) {
  /** The authorities that Mozilla trusts take 220 KB. */
  private static final int AUTHORITIES_BYTES_MAX = 1_048_576;

  /**
   * Addresses of MQTT over TLS.
   *
   * @param authorities certificates, PEM; null for those that the JDK knows
   */
  public record Secured(Addresses addresses, @Nullable String authorities, Tls tls) {}

  public static Servers plain(Addresses addresses) {
    return new Servers(addresses, null);
  }

  /** With what another process was told; null is what it does not need. */
  public static Outcome<Servers> of(
      @Nullable Addresses plain, @Nullable Addresses secured, @Nullable String authorities) {
    if (secured == null) {
      return new Outcome.Done<>(new Servers(plain, null));
    }
    return secured(plain, secured, authorities, "the JDK");
  }

  /**
   * Those that are needed.
   *
   * @param mqtt null where nobody said one
   * @param mqtts null where nobody said one
   * @param authorities PEM file; null for those that the JDK knows
   * @param plainNeeded whether some connect without TLS
   * @param tlsNeeded whether some connect over TLS
   */
  public static Outcome<Servers> needed(
      @Nullable Addresses mqtt,
      @Nullable Addresses mqtts,
      @Nullable Path authorities,
      boolean plainNeeded,
      boolean tlsNeeded) {
    if (plainNeeded && mqtt == null) {
      return failed(
          "cannot connect fleets without tls: give --mqtt HOST:PORT, or write 'tls: true' into"
              + " each fleet");
    }
    Addresses plain = plainNeeded ? mqtt : null;
    if (!tlsNeeded) {
      return new Outcome.Done<>(new Servers(plain, null));
    }
    if (mqtts == null) {
      return failed(
          "cannot connect fleets with tls: give --mqtts HOST:PORT, and --tls-ca FILE where Java"
              + " does not know the authority; or a --demo that serves MQTT over TLS");
    }
    if (authorities == null) {
      return secured(plain, mqtts, null, "the JDK");
    }
    try {
      if (Files.size(authorities) > AUTHORITIES_BYTES_MAX) {
        return failed(
            "cannot trust the authorities in %s: it has more than %d bytes"
                .formatted(authorities, AUTHORITIES_BYTES_MAX));
      }
      return secured(plain, mqtts, Files.readString(authorities), authorities.toString());
    } catch (IOException e) {
      return failed(
          "cannot read the authorities in %s: %s; name a PEM file with --tls-ca"
              .formatted(authorities, FileCause.of(e)));
    }
  }

  private static Outcome<Servers> secured(
      @Nullable Addresses plain, Addresses mqtts, @Nullable String authorities, String source) {
    return switch (Tls.trusting(authorities, source)) {
      case Outcome.Failed<Tls> failed -> failed.widen();
      case Outcome.Done<Tls>(Tls tls) ->
          new Outcome.Done<>(new Servers(plain, new Secured(mqtts, authorities, tls)));
    };
  }

  /** Where a fleet's publishers connect to. */
  public Addresses of(boolean overTls) {
    Addresses addresses = overTls ? (secured == null ? null : secured.addresses()) : plain;
    if (addresses == null) {
      throw new AssertionError("BUG: no addresses for a fleet that has tls: " + overTls);
    }
    return addresses;
  }

  /** The TLS of a fleet that is over TLS. */
  public @Nullable Tls tls() {
    return secured == null ? null : secured.tls();
  }

  /** All addresses. */
  public Addresses all() {
    List<InetSocketAddress> all = new ArrayList<>();
    if (plain != null) {
      all.addAll(plain.all());
    }
    if (secured != null) {
      all.addAll(secured.addresses().all());
    }
    return new Addresses(List.copyOf(all));
  }

  private static <T> Outcome<T> failed(String message) {
    return new Outcome.Failed<>(ExitCode.USAGE, message);
  }
}
