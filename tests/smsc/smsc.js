// A short message centre made of npm's smpp: it judges what the gateway sends as a carrier's would, and behaves as the last
// three digits of the number ask. Listens on PORT; answers GET /healthz on HEALTH_PORT once it does.
'use strict';

const http = require('node:http');
const smpp = require('smpp');

const CODE = 'Ma xac thuc Cong DVC la 123456. Hieu luc 5 phut. Khong chia se ma nay.';
// What must arrive under these endings, put together from its parts.
const EXPECTED = {
  678: CODE,
  105: CODE,
  108: CODE,
  109: CODE,
  801: 'Mã xác thực của bạn là 123456 €',
  802: `${'Ma xac thuc [1] '.repeat(20)}@_`,
  803: 'Mã xác thực '.repeat(20),
};

let ids = 0;
const throttled = new Set();
const parts = new Map();

function isWellFormed(pdu) {
  return (
    pdu.source_addr_ton === 5 &&
    pdu.source_addr_npi === 0 &&
    pdu.source_addr === 'BACGIANG' &&
    pdu.dest_addr_ton === 1 &&
    pdu.dest_addr_npi === 1 &&
    /^84[35789]\d{8}$/.test(pdu.destination_addr) &&
    pdu.registered_delivery === 1 &&
    [0, 0x40].includes(pdu.esm_class) &&
    Boolean(pdu.validity_period) &&
    [0, 8].includes(pdu.data_coding)
  );
}

// The whole text once its last part is there; undefined before.
function together({ message, udh }) {
  if (!udh || udh.length === 0) return message;
  const [kind, length, reference, total, number] = udh[0];
  if (kind !== 0 || length !== 3) return null;
  const known = parts.get(reference) || [];
  known[number - 1] = message;
  parts.set(reference, known);
  if (known.filter((part) => part !== undefined).length < total) return undefined;
  parts.delete(reference);
  return known.join('');
}

const DELIVERED = 2;

function receipt(session, pdu, id, stat) {
  const addresses = { source_addr: pdu.destination_addr, destination_addr: pdu.source_addr };
  const parameters = { receipted_message_id: id, message_state: DELIVERED };
  if (pdu.destination_addr.endsWith('108')) return session.deliver_sm({ esm_class: 4, ...addresses, ...parameters });
  if (pdu.destination_addr.endsWith('109')) return session.data_sm({ esm_class: 4, ...addresses, ...parameters });
  const text = `id:${id} sub:001 dlvrd:001 submit date:2611231200 done date:2611231200 stat:${stat} err:000 text:Ma xac`;
  return session.deliver_sm({ esm_class: 4, ...addresses, short_message: text });
}

function submit(session, pdu) {
  const ending = pdu.destination_addr.slice(-3);
  const answer = (status, id) => session.send(pdu.response({ command_status: status, message_id: id || '' }));
  if (!isWellFormed(pdu)) return answer(smpp.ESME_RSUBMITFAIL);
  if (ending === '101') return answer(smpp.ESME_RINVDSTADR);
  if (ending === '102' && !throttled.has(pdu.destination_addr)) {
    throttled.add(pdu.destination_addr);
    return answer(smpp.ESME_RTHROTTLED);
  }
  if (ending === '103') return undefined;
  if (ending === '104') return session.socket.destroy();
  if (ending === '106') return answer(0x400);
  const text = together(pdu.short_message);
  if (text !== undefined && EXPECTED[ending] !== undefined && text !== EXPECTED[ending]) {
    console.error(`under ${ending} came ${JSON.stringify(text)}`);
    return answer(smpp.ESME_RSUBMITFAIL);
  }
  ids += 1;
  const id = `smsc-${ids}`;
  // A request of ours under our own number, between theirs and its answer.
  session.enquire_link();
  answer(0, id);
  if (text === undefined) return undefined;
  receipt(session, pdu, id, ending === '105' ? 'UNDELIV' : 'DELIVRD');
  if (ending === '107') session.unbind();
  return undefined;
}

const server = smpp.createServer((session) => {
  session.on('error', () => {});
  session.on('bind_transceiver', (pdu) => {
    if (session.isBound) {
      console.error('a second bind in one session');
      return session.send(pdu.response({ command_status: smpp.ESME_RALYBND }));
    }
    const known = ['portal', 'mute'].includes(pdu.system_id) && pdu.interface_version === 0x34;
    session.mute = pdu.system_id === 'mute';
    const status = !known ? smpp.ESME_RINVSYSID : pdu.password !== 'secret' ? smpp.ESME_RINVPASWD : 0;
    session.isBound = status === 0;
    return session.send(pdu.response({ command_status: status, system_id: 'smsc' }));
  });
  session.on('submit_sm', (pdu) => submit(session, pdu));
  session.on('enquire_link', (pdu) => {
    if (!session.mute) session.send(pdu.response());
  });
  session.on('unbind', (pdu) => session.send(pdu.response()));
});

server.listen(Number(process.env.PORT), '127.0.0.1', () => {
  http.createServer((_, answer) => answer.end('ok\n')).listen(Number(process.env.HEALTH_PORT), '127.0.0.1');
});
