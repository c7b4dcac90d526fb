package qiantang.standalone.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path temp;

  @Test
  void makesADirectoryThatDoesNotExist() throws Exception {
    Path wanted = temp.resolve("a/b");
    try (DataDirectory directory = DataDirectory.open(wanted)) {
      assertEquals(wanted, directory.path());
      assertTrue(Files.isDirectory(directory.logs()));
    }
  }

  @Test
  void opensItsOwnDirectoryAgain() throws Exception {
    DataDirectory.open(temp).close();
    DataDirectory.open(temp).close();
  }

  @Test
  void refusesADirectoryInUse() throws Exception {
    try (DataDirectory _ = DataDirectory.open(temp)) {
      assertTrue(refusal().contains("another qiantang is running on it"));
    }
    DataDirectory.open(temp).close();
  }

  @Test
  void refusesAnotherVersion() throws Exception {
    Files.writeString(temp.resolve("version"), "77\n");
    String message = refusal();
    assertTrue(message.contains("version '77'"), message);
    assertTrue(message.contains("--data"), message);
  }

  @Test
  void refusesADirectoryOfSomebodyElseAndLeavesItAlone() throws Exception {
    Files.writeString(temp.resolve("thesis.tex"), "");
    assertTrue(refusal().contains("thesis.tex"));
    assertTrue(Files.notExists(temp.resolve("version")));
  }

  @Test
  void refusesAFileInPlaceOfADirectory() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    assertThrows(CannotStartException.class, () -> DataDirectory.open(file));
  }

  private String refusal() {
    String message =
        assertThrows(CannotStartException.class, () -> DataDirectory.open(temp)).getMessage();
    assertTrue(message != null && message.startsWith("cannot use " + temp), message);
    return message;
  }
}
