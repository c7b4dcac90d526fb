package qiantang.standalone.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell scripts, as far as they go without a build (which would wait for this very test). */
class ScriptIT {
  private static final Path ROOT =
      Path.of(System.getProperty("qiantang.root", "..")).toAbsolutePath().normalize();

  @TempDir Path temp;

  private record Result(int code, String out, String err) {}

  @Test
  void scriptsParse() throws Exception {
    for (String script : new String[] {"qiantang", ".ci/run", "docker/cassandra/entrypoint.sh"}) {
      assertEquals(new Result(0, "", ""), run(Map.of(), "bash", "-n", script), script);
    }
  }

  @Test
  void aMissingJdkIsOneSentenceThatSaysWhichAndWhereToNameIt() throws Exception {
    Result result =
        run(Map.of("QIANTANG_JAVA25", temp.toString()), "bash", "qiantang", "demo", "--help");
    assertEquals(1, result.code());
    assertEquals("", result.out());
    assertEquals(
        "qiantang: QIANTANG_JAVA25 names " + temp + ", which is no JDK 25\n", result.err());
  }

  @Test
  void aMissingMavenIsOneSentence() throws Exception {
    String path = withoutMaven();
    Result result = run(Map.of("PATH", path), "bash", "qiantang", "mvn");
    assertEquals(1, result.code());
    assertTrue(result.err().startsWith("qiantang: no mvn found; install Maven"), result.err());
  }

  /** A folder with the few tools that the script needs until it looks for Maven. */
  private String withoutMaven() throws IOException {
    for (String tool : List.of("cat", "cut", "dirname", "mkdir", "rm", "sed")) {
      for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
        Path program = Path.of(folder, tool);
        if (Files.isExecutable(program) && !Files.exists(temp.resolve(tool))) {
          Files.createSymbolicLink(temp.resolve(tool), program);
        }
      }
    }
    return temp.toString();
  }

  private static Result run(Map<String, String> environment, String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).directory(ROOT.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), out, err);
  }
}
