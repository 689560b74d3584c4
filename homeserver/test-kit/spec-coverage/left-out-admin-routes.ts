const NO_SUCH_FEATURE = 'Guildhall has no such feature to switch.';

/** Routes of Synapse's admin API that are left out on purpose, and why; the others are to come. By path. */
export const LEFT_OUT_ADMIN_ROUTES: Readonly<Record<string, string>> = {
  '/_synapse/admin/v1/account_validity/validity': 'Accounts do not expire.',
  '/_synapse/admin/v1/experimental_features/{user_id}': NO_SUCH_FEATURE,
  '/_synapse/admin/v1/rooms/{room_identifier}/forward_extremities':
    'They are merged by themselves: every event names up to twenty of them.',
  '/_synapse/admin/v1/users/{user_id}/shadow_ban':
    'Moderation that its target cannot see; suspending and locking are visible.',
};
