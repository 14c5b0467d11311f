package twilio_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"updatecenter/internal/outbound/twilio"
	"updatecenter/internal/secret"
)

func ExampleAccount_Webhooks() {
	server := httptest.NewServer(newFake(numbers()[:1], nil)) // in place of api.twilio.com
	defer server.Close()
	account, err := twilio.New(twilio.Config{
		AccountSID: sid, AuthToken: secret.New(token), BaseURL: server.URL,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	webhooks, err := account.Webhooks(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range webhooks {
		fmt.Println(w.Name, w.Voice.Method, w.Voice.URL)
	}
	// Output: +18886128052 POST https://ivr.example.com/voice/incoming
}
