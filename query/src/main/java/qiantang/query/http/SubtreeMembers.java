package qiantang.query.http;

import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import qiantang.store.access.Scope;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;

/** A part of an enterprise, and scopes, as members of a body. */
final class SubtreeMembers {
  private SubtreeMembers() {}

  /** The part; everything where there is none. */
  static Subtree read(Members members, String name) {
    JsonObject object = members.object(name);
    if (object == null) {
      return Subtree.ALL;
    }
    Members inner = members.inside(name, object);
    String factory = inner.name("factory");
    String line = inner.name("line");
    List<String> texts = inner.bounds("devices");
    if (line != null && factory == null) {
      inner.fault("line", "name its factory too");
      return Subtree.ALL;
    }
    if (texts.size() > Subtree.DEVICES_MAX) {
      inner.fault("devices", "name at most " + Subtree.DEVICES_MAX + ", or a factory or line");
      return Subtree.ALL;
    }
    Set<DeviceId> devices = new HashSet<>();
    for (String text : texts) {
      if (DeviceId.isValid(text)) {
        devices.add(new DeviceId(text));
      } else {
        inner.fault("devices", "a device id takes 1 to 64 of [A-Za-z0-9._-]");
      }
    }
    inner.refuseOthers();
    return new Subtree(factory, line, devices);
  }

  static Set<Scope> scopes(Members members) {
    return members.texts("scopes").stream()
        .map(
            word -> {
              Scope scope = Scope.ofWord(word);
              if (scope == null) {
                members.fault("scopes", "they are some of " + words());
              }
              return scope == null ? Scope.READ : scope;
            })
        .collect(Collectors.toSet());
  }

  private static List<String> words() {
    return List.of(Scope.values()).stream().map(Scope::word).toList();
  }
}
