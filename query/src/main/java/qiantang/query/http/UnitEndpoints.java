package qiantang.query.http;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.query.change.ChangeUnits;
import qiantang.query.json.UnitsJson;
import qiantang.query.read.ReadUnits;
import qiantang.store.registry.UnitTables.Change;
import qiantang.store.registry.Units;

/** In which units the devices of an enterprise measure. */
public final class UnitEndpoints {
  private static final int UNIT_CHARACTERS_MAX = 16;

  private final ReadUnits readUnits;
  private final ChangeUnits changeUnits;
  private final Conditions conditions;

  /** Answers by these use cases. */
  public UnitEndpoints(ReadUnits readUnits, ChangeUnits changeUnits, Conditions conditions) {
    this.readUnits = readUnits;
    this.changeUnits = changeUnits;
    this.conditions = conditions;
  }

  Answer read(Leave leave, Request request) {
    Faults faults = new Faults();
    new Parameters(request, faults).refuseOthers();
    return faults.areAny() ? faults.answer() : answer(readUnits.run(leave));
  }

  Answer change(Leave leave, Request request) {
    Faults faults = new Faults();
    List<Change> changes = changes(new Members(request.body(), "", faults), faults);
    if (faults.areAny()) {
      return faults.answer();
    }
    return conditions.changing(
        leave,
        "units",
        request,
        () -> Optional.of(tag(readUnits.run(leave))),
        () ->
            switch (changeUnits.run(leave, changes)) {
              case ChangeUnits.Result.Changed(Units units) -> answer(units);
              case ChangeUnits.Result.TooMany(int count) -> {
                faults.member("/items", tooMany(count));
                yield faults.answer();
              }
            });
  }

  private static List<Change> changes(Members members, Faults faults) {
    List<?> elements = members.elements("items", 1, Units.COUNT_MAX);
    members.refuseOthers();
    List<Change> changes = new ArrayList<>(elements.size());
    Set<Units.Metric> seen = new HashSet<>();
    for (int i = 0; i < elements.size(); i++) {
      if (elements.get(i) instanceof JsonObject element) {
        Change change = change(new Members(element, "/items/" + i, faults));
        changes.add(change);
        if (!seen.add(change.metric())) {
          members.fault("items", i, "this metric of this model is in the list twice");
        }
      } else {
        members.fault("items", i, "it takes an object with metric, unit and perhaps model");
      }
    }
    return changes;
  }

  private static Change change(Members members) {
    String model = members.name("model");
    String metric = members.nameNeeded("metric");
    String unit = unit(members);
    members.refuseOthers();
    return new Change(new Units.Metric(model == null ? Units.Metric.ALL : model, metric), unit);
  }

  private static @Nullable String unit(Members members) {
    if (!members.isThere("unit")) {
      members.fault("unit", "it must be given: a text, or null, which takes the unit away");
      return null;
    }
    String unit = members.name("unit");
    if (unit != null && unit.codePointCount(0, unit.length()) > UNIT_CHARACTERS_MAX) {
      members.fault("unit", "it takes 1 to " + UNIT_CHARACTERS_MAX + " characters");
    }
    return unit;
  }

  private static String tooMany(int count) {
    return ("nothing was changed: the enterprise would have %d units, and may have %d; remove some"
            + " that no device uses (unit: null), or leave the model out where all models measure"
            + " alike")
        .formatted(count, Units.COUNT_MAX);
  }

  private static Tag tag(Units units) {
    return Tag.of(units.byMetric());
  }

  private static Answer answer(Units units) {
    return Answer.json(200, UnitsJson.list(units)).tagged(tag(units));
  }
}
