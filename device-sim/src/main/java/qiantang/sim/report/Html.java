package qiantang.sim.report;

/** Text inside HTML. Pure. */
final class Html {
  private Html() {}

  /** For elements and for attributes in double quotes: names may hold anything. */
  static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append((c < ' ' && c != '\n') || c == 0x7f ? ' ' : c);
      }
    }
    return out.toString();
  }

  /** JSON inside a script element, where only a "<" could end it. */
  static String inScript(String json) {
    return json.replace("<", "\\u003c");
  }
}
