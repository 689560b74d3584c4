import { expect } from 'chai';
import {
  accountsForTests,
  refusal,
  type SignedUp,
  type TestAccounts,
} from '../../test-kit/accounts-for-tests.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';
import { defaultPushRules } from '../protocol/push-rules/index.ts';
import { NO_ROOM } from './account-data.ts';

describe('push rules', () => {
  let opened: TestStorage;
  let accounts: TestAccounts;
  let alice: SignedUp;
  before(async () => {
    opened = await openTestStorage();
    accounts = accountsForTests(opened.storage);
  });
  beforeEach(async () => {
    alice = await accounts.signUp(`alice${accounts.clock.now()}`);
    await accounts.clock.advance(1);
  });
  after(() => opened.close());

  const word = (ruleId: string) => ({ kind: 'content', ruleId });

  it('are the default ones at first, in account data too', async () => {
    const defaults = defaultPushRules(alice.userId);
    expect(await accounts.pushRules.get(alice)).to.deep.equal(defaults);
    const content = { global: defaults };
    expect(await accounts.accountData.get(alice.userNid, NO_ROOM, 'm.push_rules')).to.deep.equal(content);
    expect(await accounts.accountData.global(alice.userNid)).to.deep.equal([
      { type: 'm.push_rules', content },
    ]);
  });

  it('are added, switched, changed and removed, and stay so in account data', async () => {
    const { pushRules } = accounts;
    const name = word('cake');
    await pushRules.add(alice, name, { actions: ['notify'], pattern: 'cake' }, {});
    await pushRules.setEnabled(alice, name, false);
    await pushRules.setActions(alice, name, [{ set_tweak: 'highlight' }]);
    expect(await pushRules.find(alice, name)).to.deep.equal({
      rule_id: 'cake',
      default: false,
      enabled: false,
      actions: [{ set_tweak: 'highlight' }],
      pattern: 'cake',
    });
    const [entry] = await accounts.accountData.global(alice.userNid);
    expect(entry?.content.global).to.deep.equal(await pushRules.get(alice));
    await pushRules.remove(alice, name);
    expect(await refusal(pushRules.find(alice, name))).to.include({ status: 404 });
  });

  it('are not lost when many are added at once', async () => {
    const names = Array.from({ length: 10 }, (_, index) => word(`w${index}`));
    await Promise.all(
      names.map((name) =>
        accounts.pushRules.add(alice, name, { actions: ['notify'], pattern: name.ruleId }, {}),
      ),
    );
    expect((await accounts.pushRules.get(alice)).content).to.have.lengthOf(10);
  });

  it('keep what the user changed of a default rule', async () => {
    const name = { kind: 'underride', ruleId: '.m.rule.message' };
    await accounts.pushRules.setEnabled(alice, name, false);
    expect(await accounts.pushRules.find(alice, name)).to.include({ default: true, enabled: false });
  });

  it('refuse an unknown kind, and pass on what is wrong with a rule', async () => {
    const { pushRules } = accounts;
    const odd = { kind: 'constructor', ruleId: 'x' };
    expect(await refusal(pushRules.find(alice, odd))).to.include({ errcode: 'M_INVALID_PARAM' });
    expect(await refusal(pushRules.remove(alice, odd))).to.include({ errcode: 'M_INVALID_PARAM' });
    expect(await refusal(pushRules.add(alice, word('x'), { actions: [] }, {}))).to.include({
      errcode: 'M_MISSING_PARAM',
    });
    expect(await refusal(pushRules.remove(alice, word('x')))).to.include({ errcode: 'M_NOT_FOUND' });
  });
});
