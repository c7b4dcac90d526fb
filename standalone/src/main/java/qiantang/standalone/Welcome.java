package qiantang.standalone;

import java.nio.file.Path;
import qiantang.standalone.DemoFile.EnterpriseTokens;

/**
 * What a demo prints when it serves: the first line for scripts, then addresses, tokens and the
 * exact commands to try, for people.
 */
final class Welcome {
  private Welcome() {}

  static String of(DemoFile file, Path demoJson) {
    EnterpriseTokens enterprise = file.enterprises().getFirst();
    int colon = file.mqtt().lastIndexOf(':');
    String host = file.mqtt().substring(0, colon).replace("[", "").replace("]", "");
    String port = file.mqtt().substring(colon + 1);
    String publish = "mosquitto_pub -h %s -p %s -q 1 -P '' -u".formatted(host, port);
    String ask = "curl -s -H 'Authorization: Bearer %s'".formatted(file.operator());
    String devices = "%s/v1/enterprises/%s/devices".formatted(file.http(), enterprise.id());
    return """
        ready %1$s

        console and API  %1$s
        MQTT             %2$s
        all tokens       %3$s

        operator's token           %4$s
        a gateway's token (%5$s)  %6$s
        a device's token (%5$s)   %7$s

        publish as the device %8$s, and ask for it:
          %9$s '%7$s' -t v1/devices/me/telemetry -m '{"temperature":42.1,"running":true}'
          %10$s %11$s/%8$s/latest

        publish as a gateway for a device nobody announced, and ask for it:
          %9$s '%6$s' -t v1/gateway/telemetry -m '{"PLC-1":[{"pressure":1.013}]}'
          %10$s %11$s/PLC-1/latest

        what was refused, and why:
          %10$s %12$s/v1/enterprises/%5$s/rejections

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
            publish,
            ask,
            devices,
            file.http());
  }
}
