package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;
import qiantang.sim.plan.SignalModel;

class DemoFleetTest {
  @Test
  void aDevicePublishesWhatItsModelMeasures() {
    assertEquals(SignalModel.COMPRESSOR, DemoFleet.signals("compressor", 0));
    assertEquals(SignalModel.INJECTION_MOULDING, DemoFleet.signals("injection-moulding", 0));
  }

  @Test
  void aModelWithoutSignalsPublishesThoseOfAnotherAndNotAllTheSame() {
    assertNotEquals(DemoFleet.signals("greenhouse", 0), DemoFleet.signals("loom", 1));
  }
}
