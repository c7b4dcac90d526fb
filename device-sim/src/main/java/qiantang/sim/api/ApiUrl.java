package qiantang.sim.api;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;

/**
 * The address of an HTTP API as people write it, checked here for all that {@code HttpClient} would
 * refuse later and with a stack trace.
 */
public final class ApiUrl implements ITypeConverter<URI> {
  private static final int PORT_MAX = 65_535;

  /** For an option, where a wrong address is wrong usage. */
  @Override
  public URI convert(String text) {
    return switch (parse(text)) {
      case Outcome.Done<URI>(URI url) -> url;
      case Outcome.Failed<URI> failed -> throw new TypeConversionException(failed.message());
    };
  }

  /** Answers the address without slashes at its end, so that paths can be put behind it. */
  static Outcome<URI> parse(String text) {
    try {
      URI url = new URI(text.replaceAll("/+$", ""));
      if (isHttp(url) && url.getHost() != null && isBare(url)) {
        return new Outcome.Done<>(url);
      }
    } catch (URISyntaxException ignored) {
      // The sentence below says more than where the syntax broke.
    }
    return new Outcome.Failed<>(
        ExitCode.USAGE, "'" + text + "' is no address of an API such as http://127.0.0.1:8080");
  }

  private static boolean isHttp(URI url) {
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    return (scheme.equals("http") || scheme.equals("https"))
        && url.getPort() != 0
        && url.getPort() <= PORT_MAX;
  }

  /** Nothing that paths cannot be put behind, and no password that would be ignored. */
  private static boolean isBare(URI url) {
    return url.getRawQuery() == null
        && url.getRawFragment() == null
        && url.getRawUserInfo() == null;
  }
}
