package qiantang.sim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Signals lie where their sources say. */
class SignalModelTest {
  private static final long MINUTE = 60_000;

  @ParameterizedTest
  @CsvSource({
    "PUMP, flow, 121, 129",
    "PUMP, voltage, 204, 252",
    "PUMP, current, 0.95, 3.25",
    "PUMP, motorTemperature, 28, 91.2",
    "PUMP, vibration, 0.195, 0.225",
    "COMPRESSOR, pressure, 7, 9",
    "COMPRESSOR, motorCurrent, 6.7, 7.3",
    "CNC_SPINDLE, speed, 5985, 10015",
    "CNC_SPINDLE, load, 20, 75",
    "INJECTION_MOULDING, meltTemperature, 200, 300",
    "INJECTION_MOULDING, mouldTemperature, 50, 90",
    "INJECTION_MOULDING, pressure, 0, 2000",
    "ENERGY_METER, power, 490900, 490900",
    "ENERGY_METER, powerFactor, 0.94, 1",
    "LOOM, speed, 178, 182",
    "REACTOR, pressure, 2680, 2730",
    "REACTOR, level, 72, 78",
    "REACTOR, temperature, 120.2, 120.6",
    "REACTOR, separatorTemperature, 79, 81.2",
    "REACTOR, stripperPressure, 3080, 3125",
    "ROBOT, temperature1, 24.5, 45.5",
    "VIBRATION, rms, 0.08, 0.3",
    "VIBRATION, kurtosis, 1.4, 3.5",
  })
  void aRunningMachineIsWithinItsRange(SignalModel model, String metric, double min, double max) {
    int index = model.metrics().indexOf(metric);
    for (long seed = 0; seed < 40; seed++) {
      for (int n = 0; n < 50; n++) {
        Signal signal = Signal.of(model, seed, n, 31L * n * MINUTE);
        if (signal.running()) {
          double value = number(model.values(signal).get(index));
          assertTrue(value >= min && value <= max, metric + " " + value + " of seed " + seed);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SignalModel.class)
  void oneInstantHasOneValueAndNamesAreTheirOwn(SignalModel model) {
    Set<String> names = new HashSet<>(model.metrics());
    assertEquals(model.metrics().size(), names.size());
    for (long n = 0; n < 50; n++) {
      Signal signal = Signal.of(model, n, n, n * MINUTE - 3_000_000);
      assertEquals(model.values(signal), model.values(Signal.of(model, n, n, signal.millis())));
      assertEquals(names.size(), model.values(signal).size());
    }
  }

  @Test
  void countersAreThoseOfTheMachine() {
    SignalModel model = SignalModel.INJECTION_MOULDING;
    List<String> names = model.metrics();
    for (long n = 0; n < 100; n++) {
      Signal signal = Signal.of(model, 3, n, n * 10 * MINUTE);
      List<MetricValue> values = model.values(signal);
      Machine machine = Machine.of(model, 3);
      assertEquals(
          new MetricValue.Whole(machine.good(signal.millis())), values.get(names.indexOf("good")));
      assertEquals(
          new MetricValue.Whole(machine.energyWattHours(signal.millis())),
          values.get(names.indexOf("energy")));
      assertEquals(
          new MetricValue.Text(machine.state(signal.millis()).label()),
          values.get(names.indexOf("state")));
    }
  }

  @Test
  void theFiguresOfAMeterAgree() {
    SignalModel model = SignalModel.ENERGY_METER;
    List<String> names = model.metrics();
    for (long n = 0; n < 200; n++) {
      List<MetricValue> values = model.values(Signal.of(model, 1, n, n * 7 * MINUTE));
      double power = number(values.get(names.indexOf("power")));
      double apparent = number(values.get(names.indexOf("apparent")));
      double reactive = number(values.get(names.indexOf("reactive")));
      assertEquals(apparent, Math.hypot(power, reactive), 0.2);
      assertEquals(power / apparent, number(values.get(names.indexOf("powerFactor"))), 0.0006);
      double voltage = number(values.get(names.indexOf("voltage")));
      double current = number(values.get(names.indexOf("current")));
      assertEquals(apparent, 3 * voltage * current, apparent * 0.001);
    }
  }

  /** Robotics 2021, 10(3), 83: a warm joint needs less current for the same movement. */
  @Test
  void aRobotsCurrentSinksAsItWarmsUp() {
    SignalModel model = SignalModel.ROBOT;
    int index = model.metrics().indexOf("current1");
    List<Double> cold = new ArrayList<>();
    List<Double> warm = new ArrayList<>();
    for (long n = 0; n < 60_000; n++) {
      Signal signal = Signal.of(model, 6, n, n * 10_000);
      if (signal.running() && signal.warmth() < 0.3) {
        cold.add(number(model.values(signal).get(index)));
      } else if (signal.running() && signal.warmth() > 0.95) {
        warm.add(number(model.values(signal).get(index)));
      }
    }
    assertTrue(cold.size() > 50 && warm.size() > 50, cold.size() + " and " + warm.size());
    assertTrue(median(warm) < 0.9 * median(cold), median(warm) + " against " + median(cold));
  }

  @Test
  void aWornBearingShowsAtItsOwnFrequency() {
    VibrationBlock fresh = VibrationBlock.of(5, 1, 24.7, 0);
    VibrationBlock worn = VibrationBlock.of(5, 1, 24.7, 1);
    VibrationBlock still = VibrationBlock.of(5, 1, 0, 1);
    assertEquals(0.02, fresh.outerRace(), 0.01);
    assertEquals(0.32, worn.outerRace(), 0.01);
    assertTrue(worn.rms() > 2 * fresh.rms());
    assertTrue(still.rms() < 0.01, "noise of the sensor alone");
    // Three sines and triangular noise of 0.07 g: half the squares of the first, a sixth of it.
    double square = (0.12 * 0.12 + 0.32 * 0.32 + 0.015 * 0.015) / 2 + 0.07 * 0.07 / 6;
    assertEquals(Math.sqrt(square), worn.rms(), 0.01);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }

  private static double number(MetricValue value) {
    return switch (value) {
      case MetricValue.Decimal decimal -> decimal.value();
      case MetricValue.Whole whole -> (double) whole.value();
      case MetricValue.Flag flag -> flag.value() ? 1 : 0;
      case MetricValue.Text text -> Double.NaN;
    };
  }
}
