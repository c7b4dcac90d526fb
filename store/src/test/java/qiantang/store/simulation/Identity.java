package qiantang.store.simulation;

import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** Of two samples with the same one, the later in arrival order holds (I2). */
record Identity(EnterpriseId enterprise, DeviceId device, String metric, long eventTimeMicros) {}
