import { endpoint } from '../../endpoint.ts';

/** Users whom the user may find, by their names. */
export const searchUserDirectory = endpoint(
  'searchUserDirectory',
  { limit: 'search' },
  async ({ body, requester, services }) => {
    const { search_term: term, limit } = body;
    const { users, isLimited } = await services.accounts.userDirectory.search(requester, term, limit);
    return {
      results: users.map(({ userId, displayName, avatarUrl }) => ({
        user_id: userId,
        ...(displayName !== null && { display_name: displayName }),
        ...(avatarUrl !== null && { avatar_url: avatarUrl }),
      })),
      limited: isLimited,
    };
  },
);
