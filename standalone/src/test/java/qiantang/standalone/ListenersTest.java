package qiantang.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import qiantang.standalone.cassandra.CannotStartException;

class ListenersTest {
  private static final InetAddress LOOPBACK_4 = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress LOOPBACK_6 = InetAddress.ofLiteral("::1");
  private static final InetAddress EVERYWHERE = InetAddress.ofLiteral("0.0.0.0");

  @Test
  void onlyLoopbackIsLoopback() throws Exception {
    new Listeners(List.of(LOOPBACK_4, LOOPBACK_6)).requireLoopback("serve x", "--x");
    Listeners open = new Listeners(List.of(LOOPBACK_4, EVERYWHERE));
    assertEquals(
        "cannot serve x on 0.0.0.0: --x is for loopback addresses only",
        assertThrows(CannotStartException.class, () -> open.requireLoopback("serve x", "--x"))
            .getMessage());
  }

  @Test
  void onePortForTwoOptionsIsOneSentenceThatNamesBoth() {
    Listeners listeners = new Listeners(List.of(LOOPBACK_4));
    assertEquals(
        "cannot listen on port 1 for both --a and --b: choose another for one of them",
        assertThrows(
                CannotStartException.class, () -> listeners.requireFree(Map.of("--b", 1, "--a", 1)))
            .getMessage());
  }

  @Test
  void aClientOnThisMachineComesByLoopback() {
    assertEquals("127.0.0.1:1", new Listeners(List.of(EVERYWHERE)).local(1));
    assertEquals("[0:0:0:0:0:0:0:1]:1", new Listeners(List.of(LOOPBACK_6)).local(1));
  }
}
