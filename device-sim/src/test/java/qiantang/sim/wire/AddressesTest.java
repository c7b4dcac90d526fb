package qiantang.sim.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.sim.outcome.Outcome;

class AddressesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:1883",
        "127.0.0.1:1,127.0.0.2:65535",
        "localhost:8883,[0:0:0:0:0:0:0:1]:2"
      })
  void whatIsPrintedIsReadAgain(String text) {
    assertEquals(text, parsed(text).text());
    assertEquals(parsed(text), parsed(parsed(text).text()));
  }

  @Test
  void publishersAreSpreadEvenlyAndStayWithTheirAddress() {
    Addresses five = parsed("127.0.0.1:1,127.0.0.1:2,127.0.0.1:3,127.0.0.1:4,127.0.0.1:5");
    Map<InetSocketAddress, Integer> counts = new HashMap<>();
    for (int index = 0; index < 1_000; index++) {
      counts.merge(five.of(index, 0), 1, Integer::sum);
      for (int failures = 0; failures < Addresses.ATTEMPTS_EACH; failures++) {
        assertEquals(five.all().get(index % 5), five.of(index, failures));
      }
    }
    assertEquals(Set.of(200), new HashSet<>(counts.values()));
  }

  @Test
  void theCrowdOfALostAddressGoesToAllOthersAndEachTriesAll() {
    Addresses four = parsed("127.0.0.1:1,127.0.0.1:2,127.0.0.1:3,127.0.0.1:4");
    Map<InetSocketAddress, Integer> counts = new HashMap<>();
    for (int index = 1; index < 1_200; index += 4) {
      counts.merge(four.of(index, Addresses.ATTEMPTS_EACH), 1, Integer::sum);
      Set<InetSocketAddress> tried = new HashSet<>();
      for (int round = 0; round < 4; round++) {
        tried.add(four.of(index, round * Addresses.ATTEMPTS_EACH));
      }
      assertEquals(4, tried.size());
      assertEquals(four.of(index, 0), four.of(index, 4 * Addresses.ATTEMPTS_EACH));
    }
    assertEquals(3, counts.size());
    assertTrue(counts.values().stream().allMatch(count -> count == 100), counts.toString());
    assertEquals(0, counts.getOrDefault(four.of(1, 0), 0));
  }

  @Test
  void oneAddressIsTriedForever() {
    Addresses one = parsed("127.0.0.1:1");
    assertEquals(one.of(7, 0), one.of(7, 65_535));
  }

  private static Addresses parsed(String text) {
    return switch (Addresses.parse("--mqtt", text)) {
      case Outcome.Done<Addresses>(Addresses addresses) -> addresses;
      case Outcome.Failed<Addresses> failed -> fail(failed.message());
    };
  }
}
