/**
 * Who calls and what he may do: a bearer token becomes a {@link qiantang.query.auth.Caller}, and a
 * caller gets {@link qiantang.query.auth.Leave} for one enterprise or none.
 */
@NullMarked
package qiantang.query.auth;

import org.jspecify.annotations.NullMarked;
