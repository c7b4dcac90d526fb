package qiantang.query.http;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import qiantang.store.identifier.Identifier;

/** Identifiers of a device in a body. */
final class IdentifierMembers {
  static final String NAME = "identifiers";

  private IdentifierMembers() {}

  /** Those that are given; none where there is no such member. */
  static List<Identifier> of(Members members) {
    List<Identifier> identifiers = new ArrayList<>();
    List<?> elements = members.elements(NAME);
    if (elements.size() > Identifier.OF_DEVICE_MAX) {
      members.fault(NAME, "a device has at most " + Identifier.OF_DEVICE_MAX);
      return List.of();
    }
    for (int i = 0; i < elements.size(); i++) {
      if (elements.get(i) instanceof JsonObject element) {
        one(members.inside(NAME + "/" + i, element), identifiers);
      } else {
        members.fault(NAME, "it takes objects: {\"kind\":\"88\",\"id\":\"88.118.1/CNC-7\"}");
      }
    }
    return identifiers.stream().sorted().distinct().toList();
  }

  private static void one(Members element, List<Identifier> into) {
    Identifier.Kind kind = element.parsed("kind", "it is 88, gs1 or own", Identifier.Kind::ofWord);
    String id = element.parsed("id", "", text -> text);
    if (id == null) {
      element.fault("id", "it must be given");
    }
    if (!element.isGiven("kind")) {
      element.fault("kind", "it must be given: 88, gs1 or own");
    }
    element.refuseOthers();
    if (kind == null || id == null) {
      return;
    }
    switch (Identifier.read(kind, id)) {
      case Identifier.Read.Valid(Identifier identifier) -> into.add(identifier);
      case Identifier.Read.Faulty(String reason) -> element.fault("id", reason);
    }
  }
}
