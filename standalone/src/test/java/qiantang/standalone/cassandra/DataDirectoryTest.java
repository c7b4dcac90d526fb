package qiantang.standalone.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
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
  void aStartThatKeepsNothingLeavesNothing() throws Exception {
    DataDirectory.open(temp.resolve("a/b")).close();
    assertEquals(List.of(), children(temp));
  }

  @Test
  void aStartThatKeepsNothingLeavesWhatWasThere() throws Exception {
    Files.writeString(temp.resolve(".gitkeep"), "");
    DataDirectory.open(temp).close();
    assertEquals(List.of(".gitkeep"), children(temp));
  }

  @Test
  void whatWasKeptStaysWithItsVersionAndItsLock() throws Exception {
    try (DataDirectory directory = DataDirectory.open(temp.resolve("a"))) {
      Files.writeString(directory.path().resolve("kept"), "");
    }
    assertEquals(List.of("kept", "lock", "logs", "version"), children(temp.resolve("a")));
    DataDirectory.open(temp.resolve("a")).close();
    assertEquals(List.of("kept", "lock", "logs", "version"), children(temp.resolve("a")));
  }

  @Test
  void aLogStaysToo() throws Exception {
    try (DataDirectory directory = DataDirectory.open(temp)) {
      Files.writeString(directory.logs().resolve("x.log"), "");
    }
    assertEquals(List.of("lock", "logs", "version"), children(temp));
  }

  @Test
  void aDirectoryOfOursIsNeverRemovedHoweverEmptyItIs() throws Exception {
    Files.writeString(temp.resolve("version"), DataDirectory.VERSION + "\n");
    Files.createDirectory(temp.resolve("logs"));
    DataDirectory.open(temp).close();
    assertTrue(Files.exists(temp.resolve("version")));
    assertTrue(Files.exists(temp.resolve("logs")));
  }

  @Test
  void refusesADirectoryInUseAndLeavesItToItsUser() throws Exception {
    try (DataDirectory _ = DataDirectory.open(temp)) {
      assertTrue(refusal().contains("another qiantang is running on it"));
      assertEquals(List.of("lock", "logs", "version"), children(temp));
      assertTrue(refusal().contains("another qiantang is running on it"));
    }
    DataDirectory.open(temp).close();
  }

  @Test
  void closingTwiceIsHarmless() throws Exception {
    DataDirectory first = DataDirectory.open(temp);
    Files.writeString(temp.resolve("kept"), "");
    first.close();
    try (DataDirectory _ = DataDirectory.open(temp)) {
      first.close();
      assertTrue(refusal().contains("another qiantang is running on it"));
    }
    assertTrue(Files.exists(temp.resolve("version")));
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
    assertEquals(List.of("thesis.tex"), children(temp));
  }

  @Test
  void refusesAFileInPlaceOfADirectory() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    assertTrue(refusal(file).contains(file + ": it exists and is no folder"));
    assertTrue(refusal(file.resolve("below")).contains(file + ": it exists and is no folder"));
  }

  /** Nobody can make a folder there, root neither. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void saysWhyAFolderCannotBeMade() {
    String message = refusal(Path.of("/proc/nope"));
    assertTrue(message.contains("/proc/nope: no such file or folder"), message);
  }

  private static List<String> children(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.map(child -> String.valueOf(child.getFileName())).sorted().toList();
    }
  }

  private String refusal() {
    return refusal(temp);
  }

  private static String refusal(Path folder) {
    @Nullable String message =
        assertThrows(CannotStartException.class, () -> DataDirectory.open(folder)).getMessage();
    assertTrue(message != null && message.startsWith("cannot use " + folder), message);
    return message;
  }
}
