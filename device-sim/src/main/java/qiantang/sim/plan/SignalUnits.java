package qiantang.sim.plan;

import java.util.Map;
import java.util.TreeMap;

/**
 * In which units the metrics of a {@link SignalModel} are. What is counted, a ratio, a text or a
 * flag has none. No message has them: whoever receives it must know.
 */
public final class SignalUnits {
  private static final int JOINTS = 6;

  private SignalUnits() {}

  /** Metric to unit, in order; what draws power has its energy in Wh. */
  public static Map<String, String> of(SignalModel model) {
    Map<String, String> units = new TreeMap<>(own(model));
    if (model.metrics().contains("energy")) {
      units.put("energy", "Wh");
    }
    return units;
  }

  private static Map<String, String> own(SignalModel model) {
    return switch (model) {
      case CNC_SPINDLE ->
          Map.of("speed", "1/min", "load", "%", "vibration", "g", "temperature", "°C");
      case ENERGY_METER ->
          Map.of("power", "W", "apparent", "VA", "reactive", "var", "voltage", "V", "current", "A");
      case COMPRESSOR -> Map.of("pressure", "bar", "motorCurrent", "A", "oilTemperature", "°C");
      case PUMP ->
          Map.of(
              "flow",
              "l/min",
              "voltage",
              "V",
              "current",
              "A",
              "motorTemperature",
              "°C",
              "vibration",
              "g");
      case INJECTION_MOULDING ->
          Map.of(
              "cycle", "s", "meltTemperature", "°C", "mouldTemperature", "°C", "pressure", "bar");
      case ROBOT -> joints();
      case LOOM -> Map.of("speed", "1/min", "warpTension", "N");
      case REACTOR ->
          Map.of(
              "pressure",
              "kPa",
              "level",
              "%",
              "temperature",
              "°C",
              "separatorTemperature",
              "°C",
              "separatorPressure",
              "kPa",
              "stripperPressure",
              "kPa");
      case VIBRATION -> Map.of("rms", "g", "peak", "g", "outerRace", "g", "speed", "1/min");
    };
  }

  private static Map<String, String> joints() {
    Map<String, String> units = new TreeMap<>();
    for (int joint = 1; joint <= JOINTS; joint++) {
      units.put("angle" + joint, "°");
      units.put("current" + joint, "A");
      units.put("torque" + joint, "Nm");
      units.put("temperature" + joint, "°C");
    }
    return units;
  }
}
