<?php
// The same webhook without flask_chatbot, for comparison: one keyword, written out.
header('Content-Type: application/json');
$call = json_decode((string) file_get_contents('php://input'), true);
if (!is_array($call) || !hash_equals((string) getenv('CHATBOT_WEBHOOK_KEY'), (string) ($call['webhookkey'] ?? ''))) {
    http_response_code(401);
    exit(json_encode(['success' => false, 'message' => 'Unauthorized']));
}
$replies = [];
if ($call['keyword'] === 'penawaran#') {
    $replies[] = ['type' => 'message', 'content' => 'Terima kasih ' . $call['data'][0] . '.'];
}
echo json_encode(['success' => true, 'message' => ['reply' => $replies]]);
