#!/bin/sh
# Fills in the settings of this container and becomes Cassandra.
#   CASSANDRA_CLUSTER_NAME, CASSANDRA_SEEDS (default: itself), CASSANDRA_DC, CASSANDRA_RACK
#   MAX_HEAP_SIZE (1g), JVM_OPTS, JVM_EXTRA_OPTS
# The names are those of the usual image, so that Testcontainers' CassandraContainer can set them.
set -eu

address=$(hostname -i | cut -d' ' -f1)
conf=/etc/cassandra
data=/var/lib/cassandra

sed -i \
  -e "s|@CLUSTER_NAME@|${CASSANDRA_CLUSTER_NAME:-qiantang}|" \
  -e "s|@SEEDS@|${CASSANDRA_SEEDS:-$address}|" \
  -e "s|@LISTEN_ADDRESS@|$address|" \
  -e "s|@STORAGE_PORT@|7000|" \
  -e "s|@RPC_ADDRESS@|0.0.0.0|" \
  -e "s|@BROADCAST_RPC_ADDRESS@|$address|" \
  -e "s|@CQL_PORT@|9042|" \
  "$conf/cassandra.yaml"
printf 'dc=%s\nrack=%s\n' "${CASSANDRA_DC:-datacenter1}" "${CASSANDRA_RACK:-rack1}" \
  >"$conf/cassandra-rackdc.properties"

# A cluster of one has nobody to wait for; several nodes get what three of them need to start in
# half a minute, which is safe only while the cluster is empty.
if [ -z "${CASSANDRA_SEEDS:-}" ]; then
  gossip="-Dcassandra.skip_wait_for_gossip_to_settle=0 -Dcassandra.ring_delay_ms=0"
  gossip="$gossip -Dcassandra.shutdown_announce_in_ms=0"
else
  gossip="-Dcassandra.ring_delay_ms=${CASSANDRA_RING_DELAY_MS:-3000}"
  gossip="$gossip -Dcassandra.gossip_settle_min_wait_ms=500"
  gossip="$gossip -Dcassandra.gossip_settle_interval_ms=200"
  gossip="$gossip -Dcassandra.auto_bootstrap=false -Dcassandra.consistent.rangemovement=false"
fi

# Idle workers look for work every 10 microseconds; with a timer slack of 1 ms that costs a fifth of
# the context switches. See CassandraProcess.
{ echo 1000000 >/proc/self/timerslack_ns; } 2>/dev/null || true

# All of it at once: a heap that begins small stops the node more often, and grows late. What
# outlives a collection is in a memtable and lives on, and short stops are as much of the time as
# long ones: see CassandraProcess.
heap=${MAX_HEAP_SIZE:-1g}
# shellcheck disable=SC2086 # The variables hold flags, not words.
exec java "@$conf/jvm.options" "-Xms$heap" "-Xmx$heap" -XX:+UseG1GC \
  -XX:MaxGCPauseMillis=10 -XX:MaxTenuringThreshold=1 \
  "-Dcassandra.config=file://$conf/cassandra.yaml" \
  "-Dcassandra-rackdc.properties=file://$conf/cassandra-rackdc.properties" \
  "-Dcassandra.storagedir=$data" \
  "-Dlogback.configurationFile=$conf/logback.xml" \
  -Dcassandra.superuser_setup_delay_ms=0 -Dcassandra.jmx.local.port=7199 \
  $gossip ${JVM_OPTS:-} ${JVM_EXTRA_OPTS:-} \
  -cp '/opt/cassandra/lib/*' org.apache.cassandra.service.CassandraDaemon
