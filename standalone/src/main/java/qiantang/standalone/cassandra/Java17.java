package qiantang.standalone.cassandra;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Finds the Java 17 that runs Cassandra: 5.0 sets a security manager at start, which later versions
 * of Java refuse.
 */
final class Java17 {
  /** Folders whose subfolders are JDKs, on Linux and macOS; the second is macOS's layout. */
  private static final List<String> USUAL_FOLDERS =
      List.of(
          "/usr/lib/jvm",
          "/Library/Java/JavaVirtualMachines",
          "/opt/java",
          "/opt",
          "~/.sdkman/candidates/java",
          "~/.jdks",
          "~/Library/Java/JavaVirtualMachines",
          "/opt/homebrew/opt",
          "/usr/local/opt");

  private Java17() {}

  /** The {@code java} program of the first Java 17 found. */
  static Path find(Map<String, String> environment) throws CannotStartException {
    String named = environment.get("QIANTANG_JAVA17");
    if (named != null && !named.isBlank()) {
      Path java = Path.of(named).resolve("bin/java");
      if (!Files.isExecutable(java)) {
        throw new CannotStartException(
            "cannot run Cassandra: QIANTANG_JAVA17 names %s, which has no bin/java"
                .formatted(named));
      }
      if (!isJava17(Path.of(named))) {
        throw new CannotStartException(
            "cannot run Cassandra: QIANTANG_JAVA17 names %s, which is no Java 17".formatted(named));
      }
      return java;
    }
    for (Path home : candidates(environment)) {
      if (isJava17(home)) {
        return home.resolve("bin/java");
      }
    }
    throw new CannotStartException(
        "cannot run Cassandra: no Java 17 found (Cassandra 5.0 runs on no later one); install it"
            + " (Debian, Ubuntu: apt-get install openjdk-17-jre-headless; macOS: brew install"
            + " openjdk@17) or name its folder in QIANTANG_JAVA17");
  }

  private static List<Path> candidates(Map<String, String> environment) {
    List<Path> homes = new ArrayList<>();
    String javaHome = environment.get("JAVA_HOME");
    if (javaHome != null && !javaHome.isBlank()) {
      homes.add(Path.of(javaHome));
    }
    String userHome = System.getProperty("user.home");
    for (String folder : USUAL_FOLDERS) {
      homes.addAll(subfolders(Path.of(folder.replace("~", userHome))));
    }
    return homes;
  }

  private static List<Path> subfolders(Path folder) {
    List<Path> homes = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return homes;
    }
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
      for (Path child : children) {
        homes.add(child);
        homes.add(child.resolve("Contents/Home"));
        homes.add(child.resolve("libexec/openjdk.jdk/Contents/Home"));
      }
    } catch (IOException ignored) {
      // A folder we may not list holds no Java for us.
    }
    return homes;
  }

  private static boolean isJava17(Path home) {
    if (!Files.isExecutable(home.resolve("bin/java"))) {
      return false;
    }
    Path release = home.resolve("release");
    if (!Files.isReadable(release)) {
      return String.valueOf(home.getFileName()).contains("17");
    }
    try {
      return Files.readString(release, StandardCharsets.UTF_8).contains("JAVA_VERSION=\"17");
    } catch (IOException ignored) {
      return false;
    }
  }
}
