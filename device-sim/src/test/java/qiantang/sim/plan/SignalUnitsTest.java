package qiantang.sim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SignalUnitsTest {
  @ParameterizedTest
  @EnumSource(SignalModel.class)
  void whatHasAUnitIsANumberThatTheModelHas(SignalModel model) {
    Map<String, String> units = SignalUnits.of(model);
    assertTrue(!units.isEmpty(), model.label());
    List<MetricValue> values = model.values(Signal.of(model, 1, 1, 1));
    for (String metric : units.keySet()) {
      int index = model.metrics().indexOf(metric);
      assertTrue(index >= 0, model + " has no " + metric);
      boolean isNumber =
          values.get(index) instanceof MetricValue.Decimal
              || values.get(index) instanceof MetricValue.Whole;
      assertTrue(isNumber, model + " " + metric);
    }
  }

  @Test
  void allNumbersHaveOneButCountsAndRatiosAndTheAgitator() {
    Set<String> without = new TreeSet<>();
    for (SignalModel model : SignalModel.values()) {
      List<MetricValue> values = model.values(Signal.of(model, 1, 1, 1));
      for (int i = 0; i < values.size(); i++) {
        boolean isOther =
            values.get(i) instanceof MetricValue.Text || values.get(i) instanceof MetricValue.Flag;
        String metric = model.metrics().get(i);
        if (!isOther && !SignalUnits.of(model).containsKey(metric)) {
          without.add(metric);
        }
      }
    }
    assertEquals(
        new TreeSet<>(
            Arrays.asList(
                "agitator", "crest", "delivered", "good", "kurtosis", "powerFactor", "scrap")),
        without);
  }
}
