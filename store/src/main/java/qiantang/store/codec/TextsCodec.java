package qiantang.store.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of texts whose length the reader knows: each distinct text once, in order of its first
 * use, and which one comes when.
 *
 * <pre>
 * texts := words(varint) lengths(longs) (0 plain | compressed(varint) deflated) codes(longs)
 * </pre>
 */
final class TextsCodec {
  // Below this zlib's own tables cost more than repetitions save.
  private static final int DEFLATED_FROM_BYTES = 128;

  private final LongsCodec longs = new LongsCodec();

  /** Appends the texts, at least one; what is compressed of them is taken from the allowance. */
  void encode(ByteSink sink, String[] texts, Allowance allowance) {
    Map<String, Integer> codes = new HashMap<>();
    ByteSink words = new ByteSink(64);
    long[] lengths = new long[texts.length];
    long[] codeOf = new long[texts.length];
    for (int i = 0; i < texts.length; i++) {
      Integer known = codes.get(texts[i]);
      if (known == null) {
        known = codes.size();
        codes.put(texts[i], known);
        byte[] utf8 = texts[i].getBytes(UTF_8);
        words.put(utf8, 0, utf8.length);
        lengths[known] = utf8.length;
      }
      codeOf[i] = known;
    }
    sink.putVarint(codes.size());
    longs.encode(sink, lengths, codes.size());
    putWords(sink, words, allowance);
    longs.encode(sink, codeOf, texts.length);
  }

  private static void putWords(ByteSink sink, ByteSink words, Allowance allowance) {
    byte @Nullable [] deflated =
        words.length() < DEFLATED_FROM_BYTES || words.length() > Allowance.INFLATED_BYTES_MAX
            ? null
            : Deflated.deflate(words.array(), words.length());
    if (deflated != null && allowance.takesInflated(words.length())) {
      sink.putVarint(deflated.length);
      sink.put(deflated, 0, deflated.length);
    } else {
      sink.putVarint(0);
      sink.put(words.array(), 0, words.length());
    }
  }

  /** Reads {@code count} texts, at least one; equal ones are one object. */
  static String[] decode(ByteSource source, int count, Allowance allowance) {
    long size = source.getVarint();
    if (size < 1 || size > count) {
      throw new ByteSource.Damaged(size + " distinct texts of " + count);
    }
    String[] words = new String[(int) size];
    long[] lengths = new long[words.length];
    LongsCodec.decode(source, lengths, words.length);
    ByteSource bytes = words(source, sum(lengths), allowance);
    for (int i = 0; i < words.length; i++) {
      words[i] = bytes.slice(lengths[i]).getRest();
    }
    long[] codes = new long[count];
    LongsCodec.decode(source, codes, count);
    String[] texts = new String[count];
    for (int i = 0; i < count; i++) {
      if (codes[i] < 0 || codes[i] >= words.length) {
        throw new ByteSource.Damaged("text " + codes[i] + " of " + words.length);
      }
      texts[i] = words[(int) codes[i]];
    }
    return texts;
  }

  private static long sum(long[] lengths) {
    long sum = 0;
    for (long length : lengths) {
      if (length < 0 || length > Integer.MAX_VALUE) {
        throw new ByteSource.Damaged("a text of " + length + " bytes");
      }
      sum += length;
    }
    return sum;
  }

  private static ByteSource words(ByteSource source, long plainBytes, Allowance allowance) {
    long deflatedBytes = source.getVarint();
    if (deflatedBytes == 0) {
      return source.slice(plainBytes);
    }
    ByteSource deflated = source.slice(deflatedBytes);
    if (!allowance.takesInflated(plainBytes)) {
      throw new ByteSource.Damaged("texts that inflate to " + plainBytes + " bytes");
    }
    return Deflated.inflate(deflated, (int) plainBytes);
  }
}
