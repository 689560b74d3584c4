import { expect } from 'chai';
import { objectionTo, type SeenAnswer } from './answer-check.ts';

const JSON_ANSWER = { method: 'GET', contentType: 'application/json', status: 200 };

describe('the check of answers by the specification', () => {
  const objection = (answer: Partial<SeenAnswer>): string | undefined =>
    objectionTo({ ...JSON_ANSWER, path: '/_matrix/client/v3/account/whoami', body: {}, ...answer });

  it('takes what the schema allows, with further properties', () => {
    expect(objection({ body: { user_id: '@a:b', 'org.example.more': 1 } })).to.equal(undefined);
  });

  it('objects to what is missing, of the wrong type or no JSON', () => {
    expect(objection({ body: { device_id: 'A' } })).to.contain("must have required property 'user_id'");
    expect(objection({ body: { user_id: 1 } })).to.contain('/user_id must be string');
    expect(objection({ contentType: 'text/html', body: undefined })).to.contain('it is text/html');
  });

  it('objects to a success that the operation does not have', () => {
    expect(objection({ status: 201, body: { user_id: '@a:b' } })).to.contain('no such status');
  });

  it('objects to an error without errcode or sentence, of unknown operations not', () => {
    expect(objection({ status: 403, body: { error: 'No' } })).to.contain('errcode is missing');
    expect(objection({ status: 403, body: { errcode: 'M_FORBIDDEN' } })).to.contain('error is missing');
    expect(objection({ path: '/elsewhere', status: 403, body: {} })).to.equal(undefined);
  });

  it('knows the question of user-interactive authentication from an error', () => {
    const path = '/_matrix/client/v3/register';
    const asks = { method: 'POST', path, status: 401 };
    expect(objection({ ...asks, body: { session: 's', flows: [{ stages: ['m.login.dummy'] }] } })).to.equal(
      undefined,
    );
    expect(objection({ ...asks, body: { session: 's', flows: [{}] } })).to.contain('stages');
  });

  it('lets a filter take fields away', () => {
    const path = '/_matrix/client/v3/rooms/!r/messages?dir=b&filter={"event_fields":["type"]}';
    const body = { start: 's', chunk: [{ type: 'm.room.message' }] };
    expect(objection({ path, body })).to.equal(undefined);
    expect(objection({ path: path.replace('event_fields', 'types'), body })).to.contain('event_id');
  });
});
