package qiantang.store.identifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import qiantang.store.identifier.Identifier.Kind;
import qiantang.store.identifier.Identifier.Read;

class IdentifierTest {
  // The example of GS1's own documents.
  private static final String SGTIN = "https://id.gs1.org/01/09506000134352/21/S7";

  @Test
  void ofTheIndustrialInternetPrefixAndSuffixAreChecked() {
    for (String text : List.of("88.111.1/teleinfo.cn", "88.608.8889/87654321", "88.1.2/铣床/7")) {
      assertEquals(text, valid(Kind.INDUSTRIAL, text));
    }
    for (String text :
        List.of(
            "88.111/x",
            "88.111.1",
            "88.111.1/",
            "86.111.1/x",
            "88.a.1/x",
            "88..1/x",
            "88.12345678901.1/x",
            " 88.1.1/x",
            "88.1.1/x ",
            "88.1.1/a\tb",
            "88.1.1/\ud800",
            "88.1.1.1/x",
            "88.1.1/" + "x".repeat(129))) {
      faulty(Kind.INDUSTRIAL, text);
    }
  }

  @Test
  void ofGs1AllFormsOfOneThingAreOneText() {
    for (String text :
        List.of(
            SGTIN,
            "http://example.com/some/path/01/9506000134352/21/S7",
            "https://example.com/01/09506000134352/21/S7",
            "(01)09506000134352(21)S7",
            "(01)9506000134352(21)S7")) {
      assertEquals(SGTIN, valid(Kind.GS1, text), text);
    }
    assertEquals("https://id.gs1.org/01/00000000000093/21/1", valid(Kind.GS1, "(01)00000093(21)1"));
    assertEquals(
        "https://id.gs1.org/8004/95060001343CNC%2F7", valid(Kind.GS1, "(8004)95060001343CNC/7"));
    assertEquals(
        "https://id.gs1.org/8004/95060001343CNC%2F7",
        valid(Kind.GS1, "https://id.gs1.org/8004/95060001343CNC%2f7"));
    assertEquals(
        "https://id.gs1.org/8004/9506000a%2Bb", valid(Kind.GS1, "https://h.cn/8004/9506000a+b"));
    assertEquals(
        "https://id.gs1.org/8003/09506000134352A1", valid(Kind.GS1, "(8003)09506000134352A1"));
  }

  @Test
  void ofGs1WhatIsWrongIsSaid() {
    told("(01)09506000134351(21)S7", "would be 2");
    told("https://id.gs1.org/01/09506000134352", "serial number");
    told("(01)950600013435(21)S7", "check digit of (01)");
    told("(01)9506000134(21)S7", "8, 12, 13 or 14");
    told("(01)09506000134352(21)" + "x".repeat(21), "20");
    told("(01)09506000134352(21)a b", "characters");
    told("(01)09506000134352(21)", "characters");
    told("(01)09506000134352(10)L1(21)S7", "Digital Link");
    told(SGTIN + "?17=261231", "Digital Link");
    told("https://id.gs1.org/01/09506000134352/21/%zz", "Digital Link");
    told("(8003)09506000134352", "GRAI");
    told("(8003)19506000134352A", "GRAI");
    told("(8003)09506000134353A", "would be 2");
    told("(8004)CNC7", "GIAI");
    told("(8004)9506" + "x".repeat(27), "GIAI");
    told("(00)195060001343520005", "Digital Link");
    told("x".repeat(300), "too long");
    told("", "Digital Link");
  }

  /** Each single wrong digit and each swap of neighbours that differ by other than 5 is seen. */
  @Test
  void aWrongDigitIsSeen() {
    long seed = 17;
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      StringBuilder digits = new StringBuilder();
      int sum = 0;
      for (int at = 0; at < 13; at++) {
        int digit = random.nextInt(10);
        digits.append(digit);
        sum += at % 2 == 0 ? 3 * digit : digit;
      }
      digits.append((10 - sum % 10) % 10);
      String message = "seed " + seed + ": " + digits;
      assertTrue(read(digits) instanceof Read.Valid, message);
      int at = random.nextInt(14);
      int other = (digits.charAt(at) - '0' + 1 + random.nextInt(9)) % 10;
      digits.setCharAt(at, (char) ('0' + other));
      assertTrue(read(digits) instanceof Read.Faulty, message + " " + digits);
    }
  }

  private static Read read(StringBuilder gtin) {
    return Identifier.read(Kind.GS1, "(01)" + gtin + "(21)1");
  }

  @Test
  void anOwnOneIsNoneOfTheOthers() {
    for (String text : List.of("SN-1", "A 7/12", "资产 5", "8", "88", "88-1", "(A)1", "http://a/b")) {
      assertEquals(text, valid(Kind.OWN, text));
      assertEquals(Optional.of(Kind.OWN), Identifier.of(text).map(Identifier::kind));
    }
    for (String text : List.of("", " x", "x\n", "88.1.1/x", "88.1", SGTIN, "(01)1(21)2")) {
      faulty(Kind.OWN, text);
    }
    assertEquals(Optional.of(Kind.INDUSTRIAL), Identifier.of("88.1.1/x").map(Identifier::kind));
    assertEquals(
        Optional.of(SGTIN), Identifier.of("(01)9506000134352(21)S7").map(Identifier::text));
    assertEquals(Optional.empty(), Identifier.of("88.1"));
  }

  @Test
  void aColumnIsReadAsItWasWritten() {
    Identifier identifier = new Identifier(Kind.OWN, "a:b");
    assertEquals(identifier, Identifier.parse(identifier.column()));
    assertEquals(null, Identifier.parse("later:x"));
    assertEquals(null, Identifier.parse("x"));
  }

  private static String valid(Kind kind, String text) {
    return switch (Identifier.read(kind, text)) {
      case Read.Valid(Identifier identifier) -> {
        // What is stored is read as itself.
        assertEquals(new Read.Valid(identifier), Identifier.read(kind, identifier.text()));
        yield identifier.text();
      }
      case Read.Faulty(String reason) -> throw new AssertionError(text + ": " + reason);
    };
  }

  private static String faulty(Kind kind, String text) {
    return switch (Identifier.read(kind, text)) {
      case Read.Valid(Identifier identifier) -> throw new AssertionError(identifier);
      case Read.Faulty(String reason) -> reason;
    };
  }

  private static void told(String text, String part) {
    String reason = faulty(Kind.GS1, text);
    assertTrue(reason.contains(part), text + ": " + reason);
  }
}
