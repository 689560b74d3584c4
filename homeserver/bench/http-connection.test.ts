import { expect } from 'chai';
import { parseAnswer } from './http-connection.ts';

describe("the load generator's HTTP", () => {
  const fixed = 'HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 10\r\n\r\n{"ä":"b"}';
  const chunked =
    'HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\nA\r\n"10\\r\\n0"}\r\n0\r\n\r\n';

  it('reads an answer with a length in bytes', () => {
    expect(parseAnswer(Buffer.from(fixed))).to.deep.equal({ status: 200, body: Buffer.from('{"ä":"b"}') });
  });

  it('reads an answer in chunks', () => {
    expect(parseAnswer(Buffer.from(chunked))).to.deep.equal({
      status: 403,
      body: Buffer.from('{"a":"10\\r\\n0"}'),
    });
  });

  it('waits while a part is missing, wherever the cut is', () => {
    for (const whole of [Buffer.from(fixed), Buffer.from(chunked)]) {
      for (let cut = 0; cut < whole.length; cut += 1) {
        expect(parseAnswer(whole.subarray(0, cut)), `cut at ${cut}`).to.equal(undefined);
      }
    }
  });

  it('refuses an answer whose end nobody can tell', () => {
    expect(() => parseAnswer(Buffer.from('HTTP/1.1 200 OK\r\n\r\n{}'))).to.throw('without a length');
  });
});
