package qiantang.standalone.system;

import com.microsoft.playwright.Page;
import java.util.List;
import java.util.Set;

/** What of a page is written in Latin letters and is no name: on a Chinese page there is none. */
final class LatinWords {
  /** Of products, enterprises, devices and metrics; the switch to the other language. */
  private static final Set<String> NAMES =
      Set.of(
          "Qiantang",
          "English",
          "supET",
          "N", // of 1+N
          "alpha",
          "beta",
          "press-1",
          "press-2",
          "press-9",
          "temperature",
          "running",
          "program",
          "A-7",
          "once",
          "listing",
          "qiantang", // the command that makes a link
          "admin",
          "link");

  private static final String FIND =
      """
      () => {
        const found = new Set();
        const note = (text) => (text.match(/[A-Za-z][A-Za-z0-9._-]*/g) ?? [])
          .forEach((word) => found.add(word));
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        for (let text = walk.nextNode(); text; text = walk.nextNode()) {
          const at = text.parentElement;
          if (!at.closest('code, pre, noscript') && at.checkVisibility()) note(text.data);
        }
        for (const name of ['title', 'aria-label', 'aria-roledescription']) {
          document.querySelectorAll(`[${name}]`).forEach((at) => note(at.getAttribute(name)));
        }
        return [...found];
      }
      """;

  private LatinWords() {}

  /** All that is seen or read out, but what a device sent as it sent it. */
  static List<String> of(Page page) {
    return ((List<?>) page.evaluate(FIND))
        .stream()
            .map(String::valueOf)
            .filter(word -> !NAMES.contains(word) && !word.matches("x+"))
            .toList();
  }
}
