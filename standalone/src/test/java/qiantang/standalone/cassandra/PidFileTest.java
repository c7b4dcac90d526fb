package qiantang.standalone.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PidFileTest {
  @TempDir Path temp;

  @Test
  void findsTheProcessItNames() throws Exception {
    PidFile file = new PidFile(temp.resolve("pid"));
    file.write(ProcessHandle.current());
    assertEquals(ProcessHandle.current(), file.living().orElseThrow());
  }

  @Test
  void aMissingFileNamesNobody() throws Exception {
    assertTrue(new PidFile(temp.resolve("pid")).living().isEmpty());
  }

  @Test
  void aStrangerWithTheSamePidIsNotTheProcess() throws Exception {
    Path path = temp.resolve("pid");
    long pid = ProcessHandle.current().pid();
    Files.writeString(path, pid + " 86400000\n");
    assertTrue(new PidFile(path).living().isEmpty());
  }
}
