package qiantang.sim;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import qiantang.sim.api.ApiUrl;
import qiantang.sim.api.Caller;
import qiantang.sim.api.Target;
import qiantang.sim.api.TargetReader;
import qiantang.sim.outcome.Outcome;

/**
 * Where a running system is and who asks, for every command that talks to one. The program that
 * mounts the commands gives all options their environment twins.
 */
public final class SystemOptions {
  private static final Path DEMO_BY_DEFAULT = Path.of("data", "demo.json");

  @Option(
      names = "--demo",
      paramLabel = "FILE",
      description = {
        "demo.json of a running demo: its addresses and tokens.",
        "Default: data/demo.json, unless the other options say all."
      })
  private @Nullable Path demo;

  @Option(
      names = "--http",
      paramLabel = "URL",
      converter = ApiUrl.class,
      description = "The API, such as http://127.0.0.1:8080. Default: the demo's")
  private @Nullable URI http;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      converter = TokenText.class,
      description = {
        "Who asks: an administrator of the enterprise, or the operator. Default: the demo's.",
        "Better in QIANTANG_TOKEN: others on this machine can read command lines."
      })
  private @Nullable String token;

  /** The API and who asks it; the demo's operator, where no token is given. */
  public Outcome<Caller> caller() {
    return TargetReader.caller(demo, http, token, DEMO_BY_DEFAULT);
  }

  /** Whether somebody said where a system is, or a demo runs or ran here. */
  boolean given() {
    return demo != null || http != null || Files.exists(DEMO_BY_DEFAULT);
  }

  Outcome<Target> target(
      @Nullable String mqtt,
      @Nullable String mqtts,
      @Nullable Path tlsCa,
      @Nullable String enterprise) {
    return TargetReader.read(
        new TargetReader.Options(demo, http, mqtt, mqtts, tlsCa, token, enterprise),
        DEMO_BY_DEFAULT);
  }

  /** A token goes into a header as it is; one with the line break of its file would not. */
  static final class TokenText implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      if (!text.matches("[\\x21-\\x7e]+")) {
        throw new TypeConversionException("a token has no spaces or line breaks, and only ASCII");
      }
      return text;
    }
  }
}
