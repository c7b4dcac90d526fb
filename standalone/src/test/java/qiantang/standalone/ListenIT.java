package qiantang.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenIT {
  /** With no Cassandra anywhere: it is asked before that is waited for. */
  @ParameterizedTest
  @CsvSource({"ingest, --mqtt-port", "ingest, --ingest-http-port", "query, --http-port"})
  void aPortInUseIsOneSentenceThatNamesTheOption(String command, String option) throws IOException {
    StringWriter err = new StringWriter();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String port = String.valueOf(taken.getLocalPort());
      int code =
          Main.commandLine()
              .setErr(new PrintWriter(err))
              .execute(command, "--bind", "127.0.0.1", option, port);
      assertEquals(1, code);
      assertTrue(
          err.toString().startsWith("qiantang: cannot listen on 127.0.0.1 port " + port),
          err.toString());
      assertTrue(err.toString().contains(option), err.toString());
      assertEquals(1, err.toString().lines().count(), err.toString());
    }
  }
}
