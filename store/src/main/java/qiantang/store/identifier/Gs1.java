package qiantang.store.identifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qiantang.store.identifier.Identifier.Kind;
import qiantang.store.identifier.Identifier.Read;

/**
 * Identifiers of GS1 that name one thing: SGTIN (01 and 21), GRAI (8003), GIAI (8004), as a GS1
 * Digital Link of any host or as element strings with brackets. Kept as the Digital Link of GS1's
 * own host, so that one thing has one text. Forms: GS1 General Specifications, section 3; check
 * digit 7.9; characters 7.11, figure 7.11-1; Digital Link URI syntax 1.4. Pure.
 */
final class Gs1 {
  private static final String HOST = "https://id.gs1.org";

  private static final Pattern LINK = Pattern.compile("(?i)https?://[^/?#]+/([^?#]*)(.*)");
  private static final Pattern ELEMENT = Pattern.compile("\\(([0-9]{2,4})\\)");

  // The invariant characters: 82 with the letters and digits.
  private static final Pattern CHARACTERS = Pattern.compile("[!\"%&'()*+,./0-9:;<=>?A-Z_a-z-]+");
  private static final Pattern UNRESERVED = Pattern.compile("[A-Za-z0-9._~-]");

  private static final int SERIAL_MAX = 20;
  private static final int GRAI_SERIAL_MAX = 16;
  private static final int GIAI_MAX = 30;

  private static final String FORMS =
      "it is a GS1 Digital Link as https://id.gs1.org/01/09506000134352/21/S7 or"
          + " .../8004/95060001343CNC7, or elements as (01)09506000134352(21)S7: an SGTIN (01 and"
          + " 21), a GRAI (8003) or a GIAI (8004)";

  private Gs1() {}

  /** Whether a text can only be meant as GS1's. */
  static boolean isMeant(String text) {
    Matcher element = ELEMENT.matcher(text);
    return read(text) instanceof Read.Valid
        || (element.lookingAt()
            && List.of("01", "8003", "8004").contains(String.valueOf(element.group(1))));
  }

  static Read read(String text) {
    if (text.length() > Identifier.BYTES_MAX) {
      return new Read.Faulty("it is too long: " + FORMS);
    }
    Map<String, String> elements = elements(text);
    if (elements == null) {
      return new Read.Faulty(FORMS);
    }
    for (Map.Entry<String, String> element : elements.entrySet()) {
      if (!CHARACTERS.matcher(element.getValue()).matches()) {
        return new Read.Faulty(
            "(" + element.getKey() + ") has characters that GS1 does not know, or none");
      }
    }
    return switch (String.join(" ", elements.keySet())) {
      case "01 21" -> sgtin(at(elements, "01"), at(elements, "21"));
      case "01" ->
          new Read.Faulty("a GTIN names a class of goods: give the serial number, 21, too");
      case "8003" -> grai(at(elements, "8003"));
      case "8004" -> giai(at(elements, "8004"));
      default -> new Read.Faulty(FORMS);
    };
  }

  private static Read sgtin(String gtin, String serial) {
    boolean isLong = List.of(8, 12, 13, 14).contains(gtin.length()) && isDigits(gtin);
    if (!isLong) {
      return new Read.Faulty("a GTIN (01) has 8, 12, 13 or 14 digits");
    }
    String whole = "0".repeat(14 - gtin.length()) + gtin;
    String fault = checkDigit(whole, "01");
    if (fault != null) {
      return new Read.Faulty(fault);
    }
    return serial.length() > SERIAL_MAX
        ? new Read.Faulty("a serial number (21) has at most " + SERIAL_MAX + " characters")
        : valid("/01/" + whole + "/21/" + encoded(serial));
  }

  private static Read grai(String grai) {
    int serialAt = 14;
    boolean isLong = grai.length() > serialAt && isDigits(grai.substring(0, serialAt));
    if (!isLong || grai.charAt(0) != '0' || grai.length() > serialAt + GRAI_SERIAL_MAX) {
      return new Read.Faulty(
          "a GRAI (8003) has a 0, 13 digits, and the serial number of the asset, of 1 to "
              + GRAI_SERIAL_MAX
              + " characters");
    }
    String fault = checkDigit(grai.substring(0, serialAt), "8003");
    return fault == null ? valid("/8003/" + encoded(grai)) : new Read.Faulty(fault);
  }

  /** It has no check digit; a company prefix has at least four digits, and something follows. */
  private static Read giai(String giai) {
    boolean isForm =
        giai.length() > 4 && giai.length() <= GIAI_MAX && isDigits(giai.substring(0, 4));
    return isForm
        ? valid("/8004/" + encoded(giai))
        : new Read.Faulty(
            "a GIAI (8004) begins with the digits of a GS1 company prefix, and has 5 to "
                + GIAI_MAX
                + " characters");
  }

  /** What is wrong with the last of these digits: the others weigh 3 and 1 from the right on. */
  private static @Nullable String checkDigit(String digits, String element) {
    int sum = 0;
    for (int i = 0; i < digits.length() - 1; i++) {
      boolean isHeavy = (digits.length() - i) % 2 == 0;
      sum += (digits.charAt(i) - '0') * (isHeavy ? 3 : 1);
    }
    int due = (10 - sum % 10) % 10;
    return digits.charAt(digits.length() - 1) - '0' == due
        ? null
        : "the check digit of (" + element + ") is wrong: it would be " + due;
  }

  private static Read valid(String path) {
    return new Read.Valid(new Identifier(Kind.GS1, HOST + path));
  }

  /** Values by their application identifiers, in order; null where it is no form of ours. */
  private static @Nullable Map<String, String> elements(String text) {
    Matcher link = LINK.matcher(text);
    return link.matches() ? ofLink(link) : ofBrackets(text);
  }

  private static @Nullable Map<String, String> ofLink(Matcher link) {
    if (!String.valueOf(link.group(2)).isEmpty()) {
      return null; // attributes of a delivery or a page, no part of a name
    }
    List<String> parts = new ArrayList<>();
    for (String part : String.valueOf(link.group(1)).split("/", -1)) {
      try {
        parts.add(URLDecoder.decode(part.replace("+", "%2B"), UTF_8));
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
    int from = 0; // a host may serve links below a path of its own
    while (from < parts.size() && !List.of("01", "8003", "8004").contains(parts.get(from))) {
      from++;
    }
    if ((parts.size() - from) % 2 != 0) {
      return null;
    }
    Map<String, String> elements = new LinkedHashMap<>();
    for (int i = from; i < parts.size(); i += 2) {
      elements.put(parts.get(i), parts.get(i + 1));
    }
    return elements;
  }

  private static @Nullable Map<String, String> ofBrackets(String text) {
    Matcher element = ELEMENT.matcher(text);
    if (!element.lookingAt()) {
      return null;
    }
    Map<String, String> elements = new LinkedHashMap<>();
    int at = 0;
    while (element.find(at) && element.start() == at) {
      int begin = element.end();
      boolean isMore = element.find(begin);
      int end = isMore ? element.start() : text.length();
      var _ = element.find(at);
      elements.put(String.valueOf(element.group(1)), text.substring(begin, end));
      at = end;
    }
    return elements;
  }

  private static String encoded(String value) {
    StringBuilder encoded = new StringBuilder();
    for (int i = 0; i < value.length(); i++) {
      String one = value.substring(i, i + 1);
      encoded.append(
          UNRESERVED.matcher(one).matches()
              ? one
              : String.format(Locale.ROOT, "%%%02X", (int) one.charAt(0)));
    }
    return encoded.toString();
  }

  private static boolean isDigits(String text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static String at(Map<String, String> elements, String element) {
    String value = elements.get(element);
    if (value == null) {
      throw new AssertionError("BUG: the element " + element + " was there");
    }
    return value;
  }
}
