package qiantang.standalone;

import java.nio.file.Path;
import java.util.regex.Pattern;
import qiantang.standalone.DemoFile.EnterpriseTokens;

/**
 * What a demo prints when it serves: the first line for scripts, then addresses, tokens and the
 * exact commands to try, for people. They are those of the tour in README.md.
 */
final class Welcome {
  /** What every shell takes as it is. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:@%+=,-]+");

  private Welcome() {}

  /**
   * The whole text.
   *
   * @param login the address at which a browser logs in
   * @param isCertifiedByOwn whether the server's certificate is of the demo's own authority
   */
  static String of(
      DemoFile file, String login, boolean isCertifiedByOwn, Path demoJson, Checkout checkout) {
    EnterpriseTokens enterprise = file.enterprises().getFirst();
    String data = "%s/v1/enterprises/%s".formatted(file.http(), enterprise.id());
    String device = "%s/devices/%s/latest".formatted(data, enterprise.device().id());
    return """
    ready %1$s

    console and API  %1$s
    log in, once     %18$s (within 10 minutes)
    log in again     %19$s
    MQTT             %2$s%17$s
    all tokens       %3$s

    operator's token           %4$s
    a gateway's token (%5$s)  %6$s
    a device's token (%5$s)   %7$s

    publish as the device %8$s, and ask for it:
      %9$s
      %10$s

    publish as a gateway for a device nobody announced, and ask for it:
      %11$s
      %12$s

    send rubbish, and ask why it was refused:
      %13$s
      %14$s

    let the simulator judge, with devices of its own:
      %15$s
      %16$s

    Ctrl-C ends it.
    """
        .formatted(
            file.http(),
            file.mqtt(),
            demoJson,
            file.operator(),
            enterprise.id(),
            enterprise.gateway(),
            enterprise.device().token(),
            enterprise.device().id(),
            publishAsDevice(file, "{\"temperature\":42.1,\"running\":true}"),
            ask(file, device),
            publish(
                file,
                enterprise.gateway(),
                "v1/gateway/telemetry",
                "{\"PLC-1\":[{\"pressure\":1.013}]}"),
            ask(file, data + "/devices/PLC-1/latest"),
            publishAsDevice(file, "{\"temp\":"),
            ask(file, data + "/rejections"),
            simulate(checkout, "run", "device-sim/scenarios/smoke.yaml", demoJson),
            simulate(
                checkout, "replay", "seeds/nab/machine_temperature_system_failure.csv", demoJson),
            others(file, isCertifiedByOwn, demoJson),
            login,
            "%s admin link --demo %s"
                .formatted(word(checkout.script()), word(demoJson.toString())));
  }

  /** The other ways in, where they are served, each on a line of its own. */
  private static String others(DemoFile file, boolean isCertifiedByOwn, Path demoJson) {
    String authority =
        isCertifiedByOwn
            ? ", --cafile " + word(demoJson.resolveSibling("tls").resolve("ca.pem").toString())
            : ", --cafile: the CA that signed --tls-cert";
    StringBuilder lines = new StringBuilder();
    if (file.mqtts() != null) {
      lines.append("\nMQTT over TLS    ").append(file.mqtts()).append(authority);
    }
    if (file.ws() != null) {
      lines.append("\nMQTT over WS     ws://").append(file.ws()).append("/mqtt");
    }
    if (file.wss() != null) {
      lines
          .append("\nMQTT over WSS    wss://")
          .append(file.wss())
          .append("/mqtt")
          .append(authority);
    }
    return lines.toString();
  }

  private static String publishAsDevice(DemoFile file, String payload) {
    String token = file.enterprises().getFirst().device().token();
    return publish(file, token, "v1/devices/me/telemetry", payload);
  }

  private static String publish(DemoFile file, String token, String topic, String payload) {
    int colon = file.mqtt().lastIndexOf(':');
    String host = file.mqtt().substring(0, colon).replace("[", "").replace("]", "");
    String port = file.mqtt().substring(colon + 1);
    return "mosquitto_pub -h %s -p %s -q 1 -u %s -P '' -t %s -m %s"
        .formatted(host, port, word(token), topic, word(payload));
  }

  private static String ask(DemoFile file, String url) {
    return "curl -s -H %s %s"
        .formatted(word("Authorization: Bearer " + file.operator()), word(url));
  }

  private static String simulate(Checkout checkout, String how, String what, Path demoJson) {
    return "%s sim %s %s --demo %s"
        .formatted(
            word(checkout.script()), how, word(checkout.file(what)), word(demoJson.toString()));
  }

  /** One word of a shell's command line. */
  private static String word(String text) {
    return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
