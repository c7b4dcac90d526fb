package qiantang.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: the program and the Java it runs on. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() throws IOException {
    return new String[] {
      "qiantang " + ours(),
      "Java %s (%s, %s)"
          .formatted(
              Runtime.version(), System.getProperty("java.vendor"), System.getProperty("java.home"))
    };
  }

  /** The pom's version, which the build writes into the resource. */
  private static String ours() throws IOException {
    try (InputStream in = Version.class.getResourceAsStream("version.txt")) {
      if (in == null) {
        throw new AssertionError("BUG: version.txt is not on the class path");
      }
      return new String(in.readAllBytes(), UTF_8).strip();
    }
  }
}
