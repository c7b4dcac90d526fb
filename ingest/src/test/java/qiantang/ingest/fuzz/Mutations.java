package qiantang.ingest.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Changes that break what has a structure: lengths, varints, texts, nesting, borders. */
public final class Mutations {
  /** Longer inputs only repeat themselves. */
  private static final int BYTES_MAX = 8192;

  private static final byte[][] PIECES = {
    {0},
    {0, 0},
    {0x7F},
    {(byte) 0x80, 0x00}, // a varint that is longer than it need be
    {(byte) 0xFF, (byte) 0xFF},
    {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F},
    {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F},
    {-1, -1, -1, -1, -1, -1, -1, -1, -1, 1}, // a varint of 64 bits
    {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1}, // and one of more
    {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, // a surrogate in UTF-8
    {(byte) 0xC0, (byte) 0xAF}, // an overlong slash
    {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80}, // beyond Unicode
    {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF},
    {0x12, 0x00},
    {0x33}, // a protobuf group begins
    {0x34}, // and ends
    {(byte) 0x92, 0x01},
    {0x26, 0, 1, 'a', 0, 1, 'b'}, // a user property
    {0x23, 0, 1}, // a topic alias
    {0x0B, 1}, // a subscription id
    "{\"a\":".getBytes(US_ASCII),
    "[".getBytes(US_ASCII),
    "]}".getBytes(US_ASCII),
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[".getBytes(US_ASCII),
    "1E999999999".getBytes(US_ASCII),
    "-0.0000000000000000000000000001e-400".getBytes(US_ASCII),
    "9223372036854775808".getBytes(US_ASCII),
    "\\uD800".getBytes(US_ASCII),
    "\"ts\":".getBytes(US_ASCII),
    "\r\n".getBytes(US_ASCII)
  };

  private Mutations() {}

  /**
   * The bytes with up to four changes.
   *
   * @param other what a part may be taken from
   */
  public static byte[] of(byte[] bytes, byte[] other, Dice dice) {
    byte[] changed = bytes;
    for (int i = dice.below(4); i >= 0; i--) {
      changed = once(changed, other, dice);
    }
    return changed.length <= BYTES_MAX ? changed : Arrays.copyOf(changed, BYTES_MAX);
  }

  private static byte[] once(byte[] bytes, byte[] other, Dice dice) {
    int at = bytes.length == 0 ? 0 : dice.below(bytes.length);
    int end = at + (bytes.length == at ? 0 : dice.below(Math.min(64, bytes.length - at) + 1));
    return switch (dice.below(10)) {
      case 0 -> set(bytes, at, at < bytes.length ? bytes[at] ^ 1 << dice.below(8) : 0);
      case 1 -> set(bytes, at, dice.below(256));
      case 2 -> set(bytes, at, at < bytes.length ? bytes[at] + dice.below(5) - 2 : 0); // a length
      case 3 -> set(set(bytes, at, 0), at + 1, dice.below(4)); // a length of two bytes
      case 4 -> Arrays.copyOf(bytes, at); // cut off
      case 5 -> joined(bytes, at, new byte[0], 0, 0, end); // a part is missing
      case 6 -> joined(bytes, end, bytes, at, end - at, end); // a part is doubled
      case 7 -> {
        byte[] piece = PIECES[dice.below(PIECES.length)];
        yield joined(bytes, at, piece, 0, piece.length, at);
      }
      case 8 -> {
        byte[] piece = PIECES[dice.below(PIECES.length)];
        yield joined(bytes, at, piece, 0, piece.length, Math.min(bytes.length, at + piece.length));
      }
      default -> {
        int from = other.length == 0 ? 0 : dice.below(other.length);
        int length = other.length == from ? 0 : dice.below(Math.min(256, other.length - from)) + 1;
        yield joined(bytes, at, other, from, length, end);
      }
    };
  }

  private static byte[] set(byte[] bytes, int at, int value) {
    if (at >= bytes.length) {
      return bytes;
    }
    byte[] changed = bytes.clone();
    changed[at] = (byte) value;
    return changed;
  }

  private static byte[] joined(
      byte[] bytes, int to, byte[] between, int from, int length, int restFrom) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + length);
    out.write(bytes, 0, to);
    out.write(between, from, length);
    out.write(bytes, restFrom, bytes.length - restFrom);
    return out.toByteArray();
  }
}
