package qiantang.store.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ContentDigestTest {
  /** Keys on disk end in it: it may never change. The digests are those of FIPS 180-2. */
  @Test
  void itIsTheBeginningOfTheSha256() {
    assertEquals(0xe3b0_c442_98fc_1c14L, ContentDigest.of(new byte[0]));
    assertEquals(0xba78_16bf_8f01_cfeaL, ContentDigest.of(new byte[] {'a', 'b', 'c'}));
  }
}
