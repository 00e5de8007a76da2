import { withoutSignature } from '@usher/core/clean/signature';
import { describe, expect, test } from 'vitest';

const question = 'Hello,\n\nmy card was charged twice. Can I have one payment back?';

describe('a signature goes', () => {
  test.each([
    '-- \nEva Smith\nwe make the finest shoes in town since 1950\nwww.shoes.example/?ref=mail',
    'Best regards\nEva\n-- \nwe make the finest shoes in town since 1950',
    '--\nEva Smith\nAcme Ltd',
    'Best regards,\nEva',
    'Kind regards, Eva Smith',
    'Thanks,\nEva',
    'Thanks in advance!\nEva\nSent from my iPhone',
    'Many thanks\n\nEva Smith\nHead of Operations\nAcme Ltd\n14 Harbour Lane, Bristol BS1 5UH\nTel: +44 20 7946 0000\neva@acme.example | https://acme.example/?x=1',
    'Regards\nEva Smith\nSenior account manager\nBoston, MA 02108',
    'Mit freundlichen Grüßen\n\ni. A. Eva Schmidt\nAcme GmbH\nHauptstraße 5\n10115 Berlin',
    'Viele Grüße\nEva',
    'MfG\nE. Schmidt',
    'Cordialement,\nÉva Martin\nResponsable',
    'Un saludo,\nEva García',
    'Atenciosamente,\nEva da Silva',
    'Cordiali saluti\nEva Rossi',
    'Met vriendelijke groet,\n\nEva van der Berg',
    'Z poważaniem\nEwa Kowalska',
  ])('%j', (signature) => {
    expect(withoutSignature(`${question}\n\n${signature}`)).toBe(question);
  });
});

describe('a line that a phone adds goes', () => {
  test.each([
    'Sent from my iPhone',
    'Sent from my Samsung Galaxy smartphone.',
    'Sent from Yahoo Mail on Android',
    'Sent from Mail for Windows',
    'Get Outlook for iOS<https://aka.ms/o0ukef>',
    'Von meinem iPhone gesendet',
    'Gesendet mit der GMX Mail App',
    'Envoyé de mon iPhone',
    'Enviado desde mi iPhone',
    'Enviado do meu iPhone',
    'Inviato da iPhone',
    'Verstuurd vanaf mijn iPhone',
    'Wysłane z iPhone’a',
  ])('%s', (line) => {
    expect(withoutSignature(`${question}\n\n${line}`)).toBe(question);
  });
});

describe('a legal notice goes', () => {
  test.each([
    'This email and any attachments are confidential and intended solely for the addressee. If you have received it in error, please delete it.',
    'CONFIDENTIALITY NOTICE: The contents of this email are privileged.',
    'Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Empfänger sind, löschen Sie sie bitte.',
    'Ce message est confidentiel et destiné à son seul destinataire.',
    'Este mensaje es confidencial y se dirige a su destinatario.',
    'Esta mensagem é confidencial e destina-se apenas ao destinatário.',
    'Questo messaggio contiene informazioni riservate ed i suoi allegati pure.',
    'Dit bericht is vertrouwelijk en alleen bestemd voor de geadresseerde.',
    'Niniejsza wiadomość jest poufna i przeznaczona dla adresata.',
    'Please consider the environment before printing this email.',
  ])('%s', (notice) => {
    expect(withoutSignature(`${question}\n\nBest regards,\nEva\n\n________\n${notice}`)).toBe(question);
  });

  test('but not a customer’s own trouble with a confidential mail', () => {
    const own = 'This email was confidential and intended for my neighbour, why did I get it';
    expect(withoutSignature(`Hello\n\n${own}`)).toBe(`Hello\n\n${own}`);
    const parcel = 'The contents of the parcel are broken and it went to the wrong destination.';
    expect(withoutSignature(`Hello\n\n${parcel}`)).toBe(`Hello\n\n${parcel}`);
  });
});

describe('what could be the question stays', () => {
  test.each([
    'Regards,\nTom\nPS: can you send the invoice too?',
    'Thanks,\nTom\n\nI forgot: the order number is 77120 and the address is wrong.',
    '-- \nTom\nP.S. please cancel the second one',
    '-- \nTom\nmy new address is 14 Harbour Lane',
    '--\nand the second lamp was never delivered',
    'Thanks\nwant refund for broken cup',
    'Thanks\nSend it to anna@x.example',
    'Thanks\nRefund The Cup Please',
    'Thanks for nothing',
    'Best of all would be a dark mode',
    'Sent from my iPhone I cannot open the app',
    'Sent from Berlin on Monday by express',
    'Regards\nWHERE IS MY PARCEL',
    'Cheers, but where is it?',
  ])('%j', (end) => {
    expect(withoutSignature(`Hello there\n\n${end}`)).toBe(`Hello there\n\n${end}`);
  });
});

test('a thank-you stays when it is all that was said', () => {
  expect(withoutSignature('Hi Eva,\n\nMany thanks!\nTom')).toBe('Hi Eva,\n\nMany thanks!');
  expect(withoutSignature('Danke\nTom')).toBe('Danke');
});

test('a text that is nothing but a signature becomes empty, so that a quote below it counts', () => {
  expect(withoutSignature('Best regards,\nEva Smith\nAcme Ltd')).toBe('');
});
