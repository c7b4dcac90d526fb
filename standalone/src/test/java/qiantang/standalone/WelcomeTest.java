package qiantang.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.standalone.DemoFile.DeviceToken;
import qiantang.standalone.DemoFile.EnterpriseTokens;

class WelcomeTest {
  private static final Path ROOT =
      Path.of(System.getProperty("qiantang.root", "..")).toAbsolutePath().normalize();

  private static final DemoFile FILE =
      new DemoFile(
          "[0:0:0:0:0:0:0:1]:1883",
          "[0:0:0:0:0:0:0:1]:8883",
          null,
          "[0:0:0:0:0:0:0:1]:8084",
          "http://[0:0:0:0:0:0:0:1]:8080",
          "operator.x",
          List.of(new EnterpriseTokens("e", "e.a", "e.g", new DeviceToken("d", "e.d"))),
          List.of());

  private static final String LOGIN = FILE.http() + "/login#operator.y";

  @Test
  void theLinkToLogInByIsWhole() {
    String welcome = welcome(ROOT, "data/demo.json");
    assertTrue(welcome.contains("log in, once     " + LOGIN + " (within"), welcome);
    assertTrue(
        welcome.contains("again     ./qiantang admin link --demo data/demo.json\n"), welcome);
  }

  @Test
  void theFirstLineIsForScripts() {
    assertTrue(welcome(ROOT, "data/demo.json").startsWith("ready http://"));
  }

  @Test
  void theTourOfTheReadmeIsThereWithAllTokensFilledIn() {
    List<String> commands = commands(welcome(ROOT, "data/demo.json"));
    String publish = "mosquitto_pub -h 0:0:0:0:0:0:0:1 -p 1883 -q 1 ";
    String ask =
        "curl -s -H 'Authorization: Bearer operator.x' "
            + "'http://[0:0:0:0:0:0:0:1]:8080/v1/enterprises/e";
    assertEquals(
        List.of(
            publish
                + "-u e.d -P '' -t v1/devices/me/telemetry"
                + " -m '{\"temperature\":42.1,\"running\":true}'",
            ask + "/devices/d/latest'",
            publish
                + "-u e.g -P '' -t v1/gateway/telemetry"
                + " -m '{\"PLC-1\":[{\"pressure\":1.013}]}'",
            ask + "/devices/PLC-1/latest'",
            publish + "-u e.d -P '' -t v1/devices/me/telemetry -m '{\"temp\":'",
            ask + "/rejections'",
            "./qiantang sim run device-sim/scenarios/smoke.yaml --demo data/demo.json",
            "./qiantang sim replay seeds/nab/machine_temperature_system_failure.csv"
                + " --demo data/demo.json"),
        commands);
  }

  @Test
  void theFilesOfTheCommandsExistAndTheCommandsParse() {
    int parsed = 0;
    for (String command : commands(welcome(Path.of("/elsewhere"), "data/demo.json"))) {
      String[] words = command.split(" ", -1);
      if (words[0].equals(ROOT.resolve("qiantang").toString())) {
        assertTrue(Files.exists(Path.of(words[0])), command);
        assertTrue(Files.exists(Path.of(words[3])), command);
        Main.commandLine().parseArgs(Arrays.copyOfRange(words, 1, words.length));
        parsed++;
      }
    }
    assertEquals(2, parsed);
  }

  @Test
  void aPathWithASpaceIsOneWord() {
    String welcome = welcome(ROOT, "my data/it's/demo.json");
    assertTrue(welcome.contains("--demo 'my data/it'\\''s/demo.json'"), welcome);
  }

  @Test
  void whoTrustsTheDemoIsShownAFileThatExists() {
    String own = welcome(ROOT, "data/demo.json");
    String line = "MQTT over TLS    [0:0:0:0:0:0:0:1]:8883, --cafile";
    assertTrue(own.contains(line + " data/tls/ca.pem\n"), own);
    assertTrue(own.contains("wss://[0:0:0:0:0:0:0:1]:8084/mqtt, --cafile data/tls/ca.pem\n"), own);
    Checkout checkout = new Checkout(ROOT, ROOT);
    String named = Welcome.of(FILE, LOGIN, false, Path.of("data/demo.json"), checkout);
    assertTrue(named.contains(line + ": the CA that signed --tls-cert\n"), named);
    assertFalse(named.contains("ca.pem"), named);
  }

  private static String welcome(Path current, String demoJson) {
    return Welcome.of(FILE, LOGIN, true, Path.of(demoJson), new Checkout(ROOT, current));
  }

  private static List<String> commands(String welcome) {
    return welcome.lines().filter(line -> line.startsWith("  ")).map(String::strip).toList();
  }
}
