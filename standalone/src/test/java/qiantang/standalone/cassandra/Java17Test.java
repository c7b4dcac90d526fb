package qiantang.standalone.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Java17Test {
  @TempDir Path temp;

  @Test
  void theNamedFolderWins() throws Exception {
    Path java = Files.createDirectories(temp.resolve("bin")).resolve("java");
    Files.writeString(java, "");
    assertTrue(java.toFile().setExecutable(true));
    Path release = temp.resolve("release");
    Files.writeString(release, "JAVA_VERSION=\"17.0.15\"\n");
    assertEquals(java, Java17.find(Map.of("QIANTANG_JAVA17", temp.toString())));

    Files.writeString(release, "JAVA_VERSION=\"25.0.1\"\n");
    CannotStartException refusal =
        assertThrows(
            CannotStartException.class,
            () -> Java17.find(Map.of("QIANTANG_JAVA17", temp.toString())));
    assertTrue(String.valueOf(refusal.getMessage()).endsWith("which is no Java 17"));
  }

  @Test
  void aNamedFolderWithoutJavaIsRefusedAndNotPassedOver() {
    CannotStartException refusal =
        assertThrows(
            CannotStartException.class,
            () -> Java17.find(Map.of("QIANTANG_JAVA17", temp.toString())));
    assertTrue(String.valueOf(refusal.getMessage()).contains(temp.toString()));
  }
}
