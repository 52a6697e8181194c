<?php
// Receives the status of messages, and believes it only where it was signed with our secret.
const TOLERANCE = 300; // seconds

// The bytes behind a secret as CHATBOT_SIGNING_SECRET has it: base64 behind whsec_, or the text itself.
function secret_bytes(string $secret): string
{
    return str_starts_with($secret, 'whsec_') ? base64_decode(substr($secret, 6)) : $secret;
}

function is_signed(string $secret, string $id, string $timestamp, string $signatures, string $body): bool
{
    if ($secret === '' || $id === '' || !ctype_digit($timestamp) || abs(time() - (int) $timestamp) > TOLERANCE) {
        return false;
    }
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", secret_bytes($secret), true));
    foreach (explode(' ', $signatures) as $signature) { // several while secrets are changed
        if (hash_equals($expected, $signature)) {
            return true;
        }
    }
    return false;
}

$body = (string) file_get_contents('php://input'); // as it came: JSON that is read and written again is signed otherwise
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
$signatures = $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '';
if (!is_signed((string) getenv('CHATBOT_SIGNING_SECRET'), $id, $timestamp, $signatures, $body)) {
    http_response_code(401);
    exit;
}
$event = json_decode($body, true);
// The same $id again is the same event: it may come twice.
error_log("message {$event['msgid']} has ack {$event['ack']}");
http_response_code(204);
