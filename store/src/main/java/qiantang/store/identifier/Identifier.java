package qiantang.store.identifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A name of a device that others know it by.
 *
 * @param text in the one form that it is stored and compared in
 */
public record Identifier(Kind kind, String text) implements Comparable<Identifier> {
  /** Identifiers of one device: one for each system it is in, some to spare. */
  public static final int OF_DEVICE_MAX = 16;

  /** Bytes of the longest: 23 of a prefix and its slash, 128 of a suffix; of GS1 118. */
  public static final int BYTES_MAX = 256;

  // Of a suffix and of an own identifier; resolvers of the industrial internet take 128 too.
  private static final int OWN_BYTES_MAX = 128;

  private static final Pattern INDUSTRIAL_BEGIN = Pattern.compile("88\\.[0-9]");
  private static final Pattern INDUSTRIAL_PREFIX =
      Pattern.compile("88\\.[0-9]{1,10}\\.[0-9]{1,10}");

  /** Whose rules it follows, and within what it is one device's alone. */
  public enum Kind {
    /** Of the industrial internet's identifier resolution: {@code 88.<node>.<enterprise>/...}. */
    INDUSTRIAL("88", true),
    /** GS1's: an SGTIN, GRAI or GIAI, kept as its GS1 Digital Link. */
    GS1("gs1", true),
    /** The enterprise's own: a serial or inventory number. */
    OWN("own", false);

    private final String word;
    private final boolean isGlobal;

    Kind(String word, boolean isGlobal) {
      this.word = word;
      this.isGlobal = isGlobal;
    }

    /** The word used in JSON and CQL. */
    public String word() {
      return word;
    }

    /** Whether one device in the world has it; else one of its enterprise's. */
    public boolean isGlobal() {
      return isGlobal;
    }

    /** The kind of this word, or null. */
    public static @Nullable Kind ofWord(String word) {
      for (Kind kind : values()) {
        if (kind.word.equals(word)) {
          return kind;
        }
      }
      return null;
    }
  }

  /** What became of a text. */
  public sealed interface Read {
    /** It is one. */
    record Valid(Identifier identifier) implements Read {}

    /**
     * It is none.
     *
     * @param reason what is wrong, and what is right, for a person
     */
    record Faulty(String reason) implements Read {}
  }

  /** Reads what somebody says is an identifier of this kind. */
  public static Read read(Kind kind, String text) {
    return switch (kind) {
      case INDUSTRIAL -> industrial(text);
      case GS1 -> Gs1.read(text);
      case OWN -> own(text);
    };
  }

  /** The identifier that a text must be if it is one: its form tells the kind. */
  public static Optional<Identifier> of(String text) {
    for (Kind kind : Kind.values()) {
      if (read(kind, text) instanceof Read.Valid(Identifier identifier)) {
        return Optional.of(identifier);
      }
    }
    return Optional.empty();
  }

  /** How it is written in a column: {@link #parse} reads it. */
  public String column() {
    return kind.word() + ":" + text;
  }

  /** What {@link #column} wrote; null where a later program did. */
  public static @Nullable Identifier parse(String column) {
    int colon = column.indexOf(':');
    Kind kind = colon < 0 ? null : Kind.ofWord(column.substring(0, colon));
    return kind == null ? null : new Identifier(kind, column.substring(colon + 1));
  }

  @Override
  public int compareTo(Identifier other) {
    return column().compareTo(other.column());
  }

  private static Read industrial(String text) {
    int slash = text.indexOf('/');
    String prefix = slash < 0 ? text : text.substring(0, slash);
    if (!INDUSTRIAL_PREFIX.matcher(prefix).matches()) {
      return new Read.Faulty(
          "it begins with 88, the number of a node and that of an enterprise in it, of 1 to 10"
              + " digits each, and a slash, as 88.118.1/CNC-7");
    }
    String suffix = slash < 0 ? "" : text.substring(slash + 1);
    String fault = fault(suffix);
    return fault == null
        ? new Read.Valid(new Identifier(Kind.INDUSTRIAL, text))
        : new Read.Faulty("behind the slash " + fault);
  }

  private static Read own(String text) {
    String fault = fault(text);
    if (fault != null) {
      return new Read.Faulty(fault);
    }
    if (INDUSTRIAL_BEGIN.matcher(text).lookingAt()) {
      return new Read.Faulty("it has the form of kind 88: give it as that");
    }
    // Else one text would be two identifiers, and nobody could say which it leads to.
    return Gs1.isMeant(text)
        ? new Read.Faulty("it has the form of kind gs1: give it as that")
        : new Read.Valid(new Identifier(Kind.OWN, text));
  }

  private static @Nullable String fault(String text) {
    if (text.isEmpty() || text.getBytes(UTF_8).length > OWN_BYTES_MAX) {
      return "it takes 1 to " + OWN_BYTES_MAX + " bytes of UTF-8";
    }
    if (text.codePoints().anyMatch(c -> Character.isISOControl(c) || !isWritable(c))) {
      return "it takes no control characters and no halves of characters";
    }
    return text.strip().equals(text) ? null : "it begins and ends with no blank";
  }

  private static boolean isWritable(int codePoint) {
    return Character.getType(codePoint) != Character.SURROGATE;
  }
}
