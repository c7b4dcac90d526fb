package qiantang.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qiantang.standalone.DemoFile.DeviceToken;
import qiantang.standalone.DemoFile.EnterpriseTokens;

class DemoFileTest {
  private static final DemoFile FILE =
      new DemoFile(
          "127.0.0.1:1883",
          "127.0.0.1:8883",
          null,
          "127.0.0.1:8084",
          "http://127.0.0.1:8080",
          "operator.x",
          List.of(new EnterpriseTokens("e", "e.a", "e.g", new DeviceToken("d", "e.d"))),
          List.of(1L, 2L));

  @TempDir Path temp;

  @Test
  void isReadableByItsOwnerAlone() throws Exception {
    FILE.write(temp);
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve("demo.json"))));
  }

  @Test
  void theNextStartTakesItOverSoThatItExistsOnlyWhileADemoServes() throws Exception {
    FILE.write(temp);
    assertEquals(Optional.of(FILE), DemoFile.takeOver(temp));
    assertTrue(Files.notExists(temp.resolve("demo.json")));
  }

  @Test
  void aStartThatDiedHalfwayLosesNoTokens() throws Exception {
    FILE.write(temp);
    DemoFile.takeOver(temp);
    assertEquals(Optional.of(FILE), DemoFile.takeOver(temp));
  }

  @Test
  void nothingRemainsOfThePreviousOneOnceTheNewOneIsWritten() throws Exception {
    FILE.write(temp);
    DemoFile.takeOver(temp);
    FILE.write(temp);
    try (var files = Files.list(temp)) {
      assertEquals(List.of(temp.resolve("demo.json")), files.toList());
    }
  }

  @Test
  void eachWayInHasItsKey() throws Exception {
    FILE.write(temp);
    String written = Files.readString(temp.resolve("demo.json"));
    assertTrue(written.contains("\"wss\" : \"127.0.0.1:8084\""), written);
    assertFalse(written.contains("\"ws\""), "what is off has none");
  }

  @Test
  void aFirstStartFindsNothing() throws Exception {
    assertEquals(Optional.empty(), DemoFile.takeOver(temp));
  }
}
