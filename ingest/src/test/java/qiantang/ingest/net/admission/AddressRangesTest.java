package qiantang.ingest.net.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangesTest {
  @Test
  void rangesIncludeWhatLiesInThem() {
    AddressRanges some = AddressRanges.of(List.of("10.1.0.0/16", "192.0.2.7", "2001:db8::/32"));
    assertTrue(includes(some, "10.1.255.255"));
    assertFalse(includes(some, "10.2.0.0"));
    assertTrue(includes(some, "192.0.2.7"));
    assertFalse(includes(some, "192.0.2.8"));
    assertTrue(includes(some, "2001:db8:ffff::1"));
    assertFalse(includes(some, "2001:db9::"));
    assertTrue(includes(AddressRanges.LOOPBACK, "127.9.9.9"));
    assertTrue(includes(AddressRanges.LOOPBACK, "::1"));
    assertFalse(includes(AddressRanges.LOOPBACK, "::2"));
    assertFalse(includes(AddressRanges.of(List.of()), "127.0.0.1"));
    assertTrue(includes(AddressRanges.of(List.of("0.0.0.0/0")), "203.0.113.9"));
    assertFalse(includes(AddressRanges.of(List.of("0.0.0.0/0")), "::1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "balancer", "10.1.0.0/33", "10.1.0.0/-1", "10.1.0.0/", "::/129", "/8"})
  void whatIsNoneIsASentence(String text) {
    Exception wrong =
        assertThrows(IllegalArgumentException.class, () -> AddressRanges.of(List.of(text)));
    assertEquals(
        "'" + text + "': it takes an address, or a range such as 10.1.0.0/16", wrong.getMessage());
  }

  private static boolean includes(AddressRanges ranges, String address) {
    return ranges.include(new InetSocketAddress(InetAddress.ofLiteral(address), 1));
  }
}
