package qiantang.query.access;

import org.jspecify.annotations.Nullable;
import qiantang.store.access.Place;
import qiantang.store.model.EnterpriseId;

/**
 * What somebody wants to read.
 *
 * @param place null for all devices of the enterprise together
 * @param metric null where it is about no metric
 */
public record Wish(
    EnterpriseId enterprise, @Nullable Place place, @Nullable String metric, Action action) {}
