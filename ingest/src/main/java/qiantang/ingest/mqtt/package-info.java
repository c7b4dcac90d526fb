/**
 * Sessions: one {@link qiantang.ingest.mqtt.MqttSession} per connection, confined to its event
 * loop, with its phases, its acknowledgements, its keep-alive and the records of its refusals.
 */
@NullMarked
package qiantang.ingest.mqtt;

import org.jspecify.annotations.NullMarked;
