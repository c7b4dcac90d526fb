package qiantang.store.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Ascending short texts, each as the number of bytes it shares with the one before and the rest:
 * names of metrics and devices begin alike.
 *
 * <pre>
 * text := shared(varint) rest(text)
 * </pre>
 */
final class SortedTexts {
  private final int bytesMax;
  private byte[] previous = {};
  private String previousText = "";
  private boolean begun;

  /** A coder of texts of at most this many bytes of UTF-8. */
  SortedTexts(int bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Appends the number of texts and each of them. */
  void putAll(ByteSink sink, List<String> texts) {
    sink.putVarint(texts.size());
    for (String text : texts) {
      put(sink, text);
    }
  }

  void put(ByteSink sink, String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    int mismatch = Arrays.mismatch(previous, utf8);
    int shared = mismatch < 0 ? utf8.length : mismatch;
    sink.putVarint(shared);
    sink.putVarint(utf8.length - shared);
    sink.put(utf8, shared, utf8.length - shared);
    previous = utf8;
  }

  /** What {@link #putAll} appended. */
  List<String> getAll(ByteSource source) {
    int count = source.getCount();
    List<String> texts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      texts.add(get(source));
    }
    return texts;
  }

  /** Steps over what {@link #putAll} appended. */
  static void skipAll(ByteSource source) {
    for (int i = source.getCount(); i > 0; i--) {
      var _ = source.getVarint();
      source.skip(source.getVarint());
    }
  }

  /**
   * Looks for one text among others without making any of them. As they ascend, it is enough to
   * know how many bytes the one before has in common with the one that is wanted: a text that
   * shares more with the one before comes before the wanted one too. By bytes, so for texts in
   * ASCII, as ids are: else order by bytes is not that of {@link String#compareTo}.
   */
  static final class Search {
    private final byte[] wanted;
    private final int bytesMax;
    private int common;
    private int previousLength;
    private boolean isThere;

    Search(String wanted, int bytesMax) {
      this.wanted = wanted.getBytes(UTF_8);
      this.bytesMax = bytesMax;
    }

    /** Whether the last text that was looked at is the wanted one. */
    boolean isThere() {
      return isThere;
    }

    /** Takes the next text; false where it and all that follow come behind the wanted one. */
    boolean next(ByteSource source) {
      long shared = source.getVarint();
      int rest = source.getCount();
      if (shared < 0 || shared > previousLength || shared + rest > bytesMax) {
        throw new ByteSource.Damaged("a name that shares " + shared + " and adds " + rest);
      }
      int from = source.position();
      source.skip(rest);
      previousLength = (int) shared + rest;
      if (shared > common) {
        return true; // it differs from the wanted one where the one before does
      }
      int to = source.position();
      int mismatch = Arrays.mismatch(source.array(), from, to, wanted, (int) shared, wanted.length);
      if (mismatch < 0) {
        isThere = true;
        return true;
      }
      common = (int) shared + mismatch;
      // Where one is the beginning of the other, the shorter one comes first.
      return common < wanted.length
          && (common == previousLength
              || (source.array()[from + mismatch] & 0xff) < (wanted[common] & 0xff));
    }
  }

  /** The next text; damaged where it is too long or does not come behind the one before. */
  String get(ByteSource source) {
    long shared = source.getVarint();
    byte[] rest = source.get(source.getCount());
    if (shared < 0 || shared > previous.length || shared + rest.length > bytesMax) {
      throw new ByteSource.Damaged("a name that shares " + shared + " and adds " + rest.length);
    }
    byte[] utf8 = Arrays.copyOf(previous, (int) shared + rest.length);
    System.arraycopy(rest, 0, utf8, (int) shared, rest.length);
    String text = new String(utf8, UTF_8);
    if (begun && text.compareTo(previousText) <= 0) {
      throw new ByteSource.Damaged("names out of order");
    }
    begun = true;
    previous = utf8;
    previousText = text;
    return text;
  }
}
