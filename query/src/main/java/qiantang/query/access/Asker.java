package qiantang.query.access;

import org.jspecify.annotations.Nullable;
import qiantang.store.access.Bounds;
import qiantang.store.access.Party;
import qiantang.store.model.EnterpriseId;

/**
 * Who asks, as far as a decision needs it.
 *
 * @param isOperator whether it runs the whole and may read everything
 * @param own the enterprise it belongs to, null for none
 * @param party as whom it is granted something; null for an operator
 * @param isProgram whether its bounds hold: an application's
 */
public record Asker(
    boolean isOperator,
    @Nullable EnterpriseId own,
    @Nullable Party party,
    boolean isProgram,
    Bounds bounds) {}
