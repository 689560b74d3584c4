import { expect } from 'chai';
import { withStorage } from '../../../test-kit/storage-for-tests.ts';

describe('GuildInviteStore', () => {
  it('forgets what was over for long when a link comes, of that guild', () =>
    withStorage(async ({ guildInvites }) => {
      const add = (code: string, limits: object, guildNid = 1) => {
        const row = { code, guildNid, inviterNid: 2, createdTs: 50, uses: 0, expiresTs: null, maxUses: null };
        return guildInvites.add({ ...row, ...limits }, 0);
      };
      await add('endless', { uses: 9 });
      await add('expired', { expiresTs: 60 });
      await add('expired lately', { expiresTs: 150 });
      await add('used up', { uses: 1, maxUses: 1 });
      await add('used up lately', { uses: 1, maxUses: 1, createdTs: 150 });
      await add('used once', { uses: 1, maxUses: 2 });
      await add('elsewhere', { expiresTs: 60 }, 3);
      const last = { code: 'new', guildNid: 1, inviterNid: 2, createdTs: 200, uses: 0, expiresTs: null };
      await guildInvites.add({ ...last, maxUses: null }, 100);
      const kept = (await guildInvites.ofGuild(1)).map(({ code }) => code);
      expect(kept).to.have.members(['endless', 'expired lately', 'used up lately', 'used once', 'new']);
      expect(await guildInvites.ofGuild(3)).to.have.length(1);
    }));
});
