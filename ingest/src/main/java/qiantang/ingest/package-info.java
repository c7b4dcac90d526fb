/**
 * The ingest program: MQTT in, acknowledged when stored. {@link qiantang.ingest.IngestMain} wires
 * it in the order in which a message walks: socket, packet codec, session, payload, lane.
 */
@NullMarked
package qiantang.ingest;

import org.jspecify.annotations.NullMarked;
